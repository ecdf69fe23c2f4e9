// What starts a run by hand: an input, of what is live or of the draft itself; or a file that is dropped into a bucket.

import { useState } from "react";
import { runs } from "../text/runs.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Tabs } from "../ui/Tabs.tsx";
import { DropFile } from "./DropFile.tsx";
import { WithInput } from "./WithInput.tsx";
import "../styles/panels.css";
import "../styles/runs.css";

type Way = "run" | "drop";

interface Props {
  project: string;
  pipeline: string;
  begin?: Way;
  close: () => void;
}

const TABS: readonly { id: Way; text: string }[] = [
  { id: "run", text: runs.start.run },
  { id: "drop", text: runs.start.file },
];

export default function StartRun({ project, pipeline, begin = "run", close }: Props) {
  const [way, setWay] = useState<Way>(begin);
  return (
    <Dialog title={runs.start.title(pipeline)} close={close}>
      <div className="stack start-run">
        <Tabs label={runs.start.ways} tabs={TABS} chosen={way} choose={setWay} />
        {way === "run" ? (
          <WithInput place={{ project, pipeline }} close={close} />
        ) : (
          <DropFile place={{ project, pipeline }} close={close} />
        )}
      </div>
    </Dialog>
  );
}
