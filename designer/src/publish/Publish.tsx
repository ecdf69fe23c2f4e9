export default function Publish({ project, pipeline }: { project: string; pipeline: string }) {
  return (
    <p>
      {project}/{pipeline}
    </p>
  );
}
