export default function RunPage({ run }: { run: string }) {
  return (
    <main id="page" className="page" tabIndex={-1}>
      {run}
    </main>
  );
}
