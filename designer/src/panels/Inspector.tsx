export default function Inspector() {
  return null;
}
