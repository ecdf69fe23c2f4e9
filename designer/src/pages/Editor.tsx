export default function EditorPage({ project, pipeline }: { project: string; pipeline: string; part: string }) {
  return (
    <main id="page" className="page" tabIndex={-1}>
      {project}/{pipeline}
    </main>
  );
}
