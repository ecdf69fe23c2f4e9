export function App() {
  return (
    <main>
      <h1>Murmuration</h1>
    </main>
  );
}
