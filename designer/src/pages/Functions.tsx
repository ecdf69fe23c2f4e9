export default function FunctionsPage({ name }: { name: string | undefined }) {
  return (
    <main id="page" className="page" tabIndex={-1}>
      {name}
    </main>
  );
}
