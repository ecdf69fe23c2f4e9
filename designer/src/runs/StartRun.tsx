export default function StartRun({ project }: { project: string; pipeline: string; close: () => void }) {
  return <p>{project}</p>;
}
