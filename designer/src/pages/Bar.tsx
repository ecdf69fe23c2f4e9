import { useWho } from "../api/whoami.ts";
import { type Place, useRoute, written } from "../routes.ts";
import { texts } from "../text/en.ts";
import { Mark } from "../ui/Mark.tsx";
import { ThemeChoice } from "./ThemeChoice.tsx";

const LINKS: readonly { place: Place; text: string; pages: readonly Place["page"][] }[] = [
  { place: { page: "pipelines" }, text: texts.nav.pipelines, pages: ["pipelines", "pipeline", "new", "project"] },
  { place: { page: "runs" }, text: texts.nav.runs, pages: ["runs", "run"] },
  { place: { page: "functions", name: undefined }, text: texts.nav.functions, pages: ["functions"] },
];

/** On every page: where one is, and which target all of it acts on. */
export function Bar() {
  const { where, who } = useWho();
  const { place } = useRoute();
  const local = where?.target === texts.target.local;
  return (
    <header className="bar">
      <a className="brand" href={written({ page: "pipelines" })}>
        <Mark />
        <span>{texts.product}</span>
      </a>
      {where === undefined ? null : (
        <span className={`where ${local ? "" : "afar"}`} title={texts.target.hint} data-testid="target">
          {where.target}
        </span>
      )}
      <nav className="row" aria-label={texts.nav.label}>
        {LINKS.map((one) => (
          <a
            key={one.text}
            href={written(one.place)}
            aria-current={one.pages.includes(place.page) ? "page" : undefined}
          >
            {one.text}
          </a>
        ))}
      </nav>
      <span className="grow" />
      {who === undefined ? null : <span className="faint small cut wide-only">{who.name}</span>}
      <ThemeChoice />
    </header>
  );
}
