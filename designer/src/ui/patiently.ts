// A part of the page that is fetched when it is needed. While the server is away it is waited for; it never takes down what is there.

const AGAIN_MS = 1_500;

export function patiently<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    for (;;) {
      try {
        return await load();
      } catch (wrong) {
        // What was fetched and breaks would break again.
        if (!(wrong instanceof TypeError)) throw wrong;
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  };
}
