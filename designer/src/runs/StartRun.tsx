export default function StartRun({ project }: { project: string; pipeline: string; begin?: "run" | "drop"; close: () => void }) {
  return <p>{project}</p>;
}
