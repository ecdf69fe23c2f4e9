import { RunTable } from "../pages/RunTable.tsx";
import { runs } from "../text/runs.ts";

/** The runs of a pipeline. */
export default function RunsOf({ project, pipeline }: { project: string; pipeline: string }) {
  return (
    <>
      <h2>{runs.of.title(pipeline)}</h2>
      <RunTable pipeline={`${project}/${pipeline}`} />
    </>
  );
}
