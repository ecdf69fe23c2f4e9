export default function RunsOf({ project, pipeline }: { project: string; pipeline: string }) {
  return (
    <p>
      {project}/{pipeline}
    </p>
  );
}
