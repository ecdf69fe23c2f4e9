// The shell: who is signed in and where, and the page of the place that the address names. Pages are loaded when they are opened.

import { Component, type ErrorInfo, lazy, type ReactNode, Suspense, useEffect } from "react";
import { begin, useWho } from "./api/whoami.ts";
import { Bar } from "./pages/Bar.tsx";
import { SignInPage } from "./pages/SignIn.tsx";
import { type Place, useRoute, written } from "./routes.ts";
import { texts } from "./text/en.ts";
import { Announcer } from "./ui/Announcer.tsx";
import { patiently } from "./ui/patiently.ts";

const PipelinesPage = lazy(patiently(() => import("./pages/Pipelines.tsx")));
const NewPage = lazy(patiently(() => import("./pages/New.tsx")));
const EditorPage = lazy(patiently(() => import("./pages/Editor.tsx")));
const RunsPage = lazy(patiently(() => import("./pages/Runs.tsx")));
const RunPage = lazy(patiently(() => import("./pages/Run.tsx")));
const FunctionsPage = lazy(patiently(() => import("./pages/Functions.tsx")));
const ProjectPage = lazy(patiently(() => import("./pages/Project.tsx")));

export function App() {
  const standing = useWho((now) => now.standing);
  useEffect(() => {
    void begin();
  }, []);
  if (standing === "out") {
    return (
      <>
        <SignInPage />
        <Announcer />
      </>
    );
  }
  return (
    <Mended>
      <button type="button" className="skip button" onClick={() => document.getElementById("page")?.focus()}>
        {texts.skip}
      </button>
      <div className="shell">
        <Bar />
        {standing === "offline" ? (
          <main id="page" className="page">
            <div className="inner">
              <p className="notice wrong">{texts.offline}</p>
              <button type="button" className="button" onClick={() => void begin()}>
                {texts.retry}
              </button>
            </div>
          </main>
        ) : standing === "asking" ? (
          <main id="page" className="page" aria-busy="true" />
        ) : (
          <Suspense fallback={<main id="page" className="page" aria-busy="true" />}>
            <Page />
          </Suspense>
        )}
      </div>
      <Announcer />
    </Mended>
  );
}

function Page() {
  const { place } = useRoute();
  useEffect(() => {
    document.title = titleOf(place);
  }, [place]);
  switch (place.page) {
    case "pipelines":
      return <PipelinesPage />;
    case "new":
      return <NewPage project={place.project} />;
    case "pipeline":
      // Another pipeline is another document: nothing of the one before is kept in its views.
      return (
        <EditorPage
          key={`${place.project}/${place.pipeline}`}
          project={place.project}
          pipeline={place.pipeline}
          part={place.part}
        />
      );
    case "runs":
      return <RunsPage />;
    case "run":
      return <RunPage key={place.run} run={place.run} />;
    case "functions":
      return <FunctionsPage name={place.name} />;
    case "project":
      return <ProjectPage key={place.project} project={place.project} />;
    case "nowhere":
      return (
        <main id="page" className="page" tabIndex={-1}>
          <div className="inner empty">
            <h1>{texts.nowhere.title}</h1>
            <a href={written({ page: "pipelines" })}>{texts.nowhere.back}</a>
          </div>
        </main>
      );
  }
}

function titleOf(place: Place): string {
  const what =
    place.page === "pipeline" ? `${place.pipeline} · ${place.project}` : place.page === "run" ? place.run : place.page;
  return `${what} · ${texts.product}`;
}

/** A page that breaks says so; the others go on, and what was drawn is kept where drafts are kept. */
class Mended extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(wrong: Error, at: ErrorInfo): void {
    console.error(wrong, at.componentStack);
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <main id="page" className="page">
        <div className="inner empty" role="alert">
          <h1>{texts.broken.title}</h1>
          <p>{texts.broken.what}</p>
          <button type="button" className="button main" onClick={() => window.location.reload()}>
            {texts.broken.reload}
          </button>
        </div>
      </main>
    );
  }
}
