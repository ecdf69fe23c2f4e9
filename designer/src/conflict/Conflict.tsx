export default function Conflict() {
  return null;
}
