export default function PipelinesPage() {
  return (
    <main id="page" className="page" tabIndex={-1}>
      Pipelines
    </main>
  );
}
