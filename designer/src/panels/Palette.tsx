// What can be added, searched. An item is dragged onto the canvas by pointer events, which mouse, finger and pen share, or added
// with Enter. Dropped on an edge it goes into it.

import { useReactFlow } from "@xyflow/react";
import { type PointerEvent, useEffect, useMemo, useState } from "react";
import { edgeAt } from "../canvas/hit.ts";
import { add } from "../editing/adding.ts";
import { type Item, itemsOf, matching, useCatalogue } from "../editing/catalogue.ts";
import { useSession } from "../editing/session.ts";
import { canvas } from "../text/canvas.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

const told = canvas.palette;
const ICONS: Readonly<Record<Item["kind"], IconName>> = { function: "function", action: "action", trigger: "trigger" };
const THRESHOLD = 4;

export function Palette() {
  const catalogue = useCatalogue();
  const [typed, setTyped] = useState("");
  const found = useMemo(() => matching(itemsOf(catalogue), typed), [catalogue, typed]);
  const groups = useMemo(() => grouped(found), [found]);
  return (
    <aside className="palette" aria-label={told.title}>
      <input
        className="input"
        type="search"
        aria-label={told.search}
        placeholder={told.search}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="palette-items">
        {groups.map(([group, items]) => (
          <section key={group} aria-label={group}>
            <h2 className="faint small">{group}</h2>
            <ul>
              {items.map((one) => (
                <Entry key={`${one.kind} ${one.name}`} item={one} />
              ))}
            </ul>
          </section>
        ))}
        {found.length === 0 && catalogue.known ? <p className="faint small">{told.none}</p> : null}
      </div>
    </aside>
  );
}

interface Carried {
  from: { x: number; y: number };
  at: { x: number; y: number } | undefined;
}

function Entry({ item }: { item: Item }) {
  const session = useSession();
  const flow = useReactFlow();
  const [carried, setCarried] = useState<Carried>();
  const moving = carried?.at !== undefined;

  useEffect(() => {
    if (!moving) return;
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape") setCarried(undefined);
    };
    // Beside the listener for the keys of the drawing, which lets none through.
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [moving]);

  const begin = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setCarried({ from: { x: event.clientX, y: event.clientY }, at: undefined });
  };
  const move = (event: PointerEvent) => {
    if (carried === undefined) return;
    const at = { x: event.clientX, y: event.clientY };
    if (moving || Math.hypot(at.x - carried.from.x, at.y - carried.from.y) > THRESHOLD) setCarried({ ...carried, at });
  };
  const drop = (event: PointerEvent) => {
    if (carried === undefined) return;
    setCarried(undefined);
    if (!moving) return;
    const over = document.elementsFromPoint(event.clientX, event.clientY);
    if (!over.some((one) => one.closest(".canvas") !== null)) return;
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    add(session, item, {
      at,
      into: item.kind === "trigger" ? undefined : edgeAt({ x: event.clientX, y: event.clientY }),
    });
  };

  return (
    <li>
      <button
        type="button"
        className="palette-item"
        title={item.description || told.drag}
        aria-label={told.add(item.title)}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={drop}
        onPointerCancel={() => setCarried(undefined)}
        onClick={(event) => {
          // By keyboard alone: a click of the pointer is the end of a drag that went nowhere.
          if (event.detail === 0) add(session, item);
        }}
        onDoubleClick={() => add(session, item)}
      >
        <Icon name={ICONS[item.kind]} />
        <span className="cut grow">{item.title}</span>
      </button>
      {carried?.at === undefined ? null : (
        <div className="ghost" style={{ left: carried.at.x, top: carried.at.y }} aria-hidden="true">
          <Icon name={ICONS[item.kind]} />
          {item.title}
        </div>
      )}
    </li>
  );
}

function grouped(items: readonly Item[]): [string, Item[]][] {
  const found = new Map<string, Item[]>();
  for (const one of items) found.set(one.group, [...(found.get(one.group) ?? []), one]);
  return [...found];
}
