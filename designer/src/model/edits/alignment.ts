/** Edits of places: bring tasks in line, or the same distance apart. Nothing moves onto another of the tasks that move. */

import { type Layout, NODE, type Point } from "../layout.ts";
import { type Edit, refuse, type Sketch } from "../plan.ts";
import { words } from "../words.ts";
import { moveTasks } from "./tasks.ts";

export type Side = "left" | "center" | "right" | "top" | "middle" | "bottom";
type Axis = "x" | "y";

/** Tasks are of one size, so the edges of their boxes are in line where their middles are; only the line differs. */
export function align(sketch: Sketch, names: readonly string[], side: Side): Edit {
  const places = placesOf(sketch, names);
  if (places.length < 2) return refuse(words.refused.few(2));
  const axis: Axis = side === "left" || side === "center" || side === "right" ? "x" : "y";
  const values = places.map(([, point]) => point[axis]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const line =
    side === "left" || side === "top" ? least : side === "right" || side === "bottom" ? most : (least + most) / 2;
  return moved(
    sketch,
    apart(
      places.map(([name, point]) => [name, { ...point, [axis]: line }] as const),
      axis,
    ),
    words.did.align(names),
  );
}

export function distribute(sketch: Sketch, names: readonly string[], axis: Axis): Edit {
  const places = placesOf(sketch, names).sort(([, one], [, other]) => one[axis] - other[axis]);
  const [first, last] = [places[0]?.[1][axis], places.at(-1)?.[1][axis]];
  if (places.length < 3 || first === undefined || last === undefined) return refuse(words.refused.few(3));
  const step = (last - first) / (places.length - 1);
  return moved(
    sketch,
    places.map(([name, point], at) => [name, { ...point, [axis]: first + at * step }]),
    words.did.distribute(names),
  );
}

type Place = readonly [name: string, point: Point];

function placesOf({ layout }: Sketch, names: readonly string[]): Place[] {
  return names.flatMap((name): Place[] => (layout[name] ? [[name, layout[name]]] : []));
}

/** On one line they go the other way as far as they must. */
function apart(places: readonly Place[], aligned: Axis): Place[] {
  const along: Axis = aligned === "x" ? "y" : "x";
  const size = along === "x" ? NODE.width : NODE.height;
  let free = Number.NEGATIVE_INFINITY;
  return places
    .toSorted(([, one], [, other]) => one[along] - other[along])
    .map(([name, point]) => {
      const at = Math.max(point[along], free);
      free = at + size;
      return [name, { ...point, [along]: at }] as const;
    });
}

function moved(sketch: Sketch, places: readonly Place[], label: string): Edit {
  const layout: Layout = Object.fromEntries(places);
  const edit = moveTasks(sketch, layout);
  if ("refused" in edit) return edit;
  const { burst: _, ...plan } = edit;
  return { ...plan, label };
}
