export default function NewPage({ project }: { project: string | undefined }) {
  return (
    <main id="page" className="page" tabIndex={-1}>
      {project}
    </main>
  );
}
