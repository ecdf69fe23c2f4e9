export default function Problems() {
  return null;
}
