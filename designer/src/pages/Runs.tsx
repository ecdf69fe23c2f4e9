export default function RunsPage() {
  return (
    <main id="page" className="page" tabIndex={-1}>
      Runs
    </main>
  );
}
