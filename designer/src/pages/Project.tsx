export default function ProjectPage({ project }: { project: string }) {
  return (
    <main id="page" className="page" tabIndex={-1}>
      {project}
    </main>
  );
}
