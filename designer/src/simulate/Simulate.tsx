export default function Simulate() {
  return null;
}
