export default function Versions({ project, pipeline }: { project: string; pipeline: string }) {
  return (
    <p>
      {project}/{pipeline}
    </p>
  );
}
