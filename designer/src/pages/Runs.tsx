import { useState } from "react";
import { useRoute } from "../routes.ts";
import { pages } from "../text/pages.ts";
import { RunTable } from "./RunTable.tsx";

/** All runs that the reader may see, the newest first. What is searched for is part of the address. */
export default function RunsPage() {
  const { asked } = useRoute();
  const [pipeline] = useState(asked.pipeline);
  return (
    <main id="page" className="page" tabIndex={-1}>
      <div className="inner">
        <h1>{pages.runs.title}</h1>
        <RunTable pipeline={pipeline} />
      </div>
    </main>
  );
}
