// Icons, drawn in a 16 by 16 square with the text's colour. They never stand alone: whoever shows one says in words what it means.

const PATHS = {
  add: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  search: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM11 11l3 3",
  undo: "M6 4L3 7l3 3M3 7h6a4 4 0 0 1 0 8H7",
  redo: "M10 4l3 3-3 3M13 7H7a4 4 0 0 0 0 8h2",
  layout: "M2 3h5v4H2zM9 9h5v4H9zM7 5h3a2 2 0 0 1 2 2v2",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  code: "M5 4L1 8l4 4M11 4l4 4-4 4",
  play: "M4 2.5v11l9-5.5z",
  publish: "M8 11V2M4.5 5.5L8 2l3.5 3.5M2 10v4h12v-4",
  history: "M2 8a6 6 0 1 0 2-4.5M2 2v3h3M8 5v3l2 2",
  problem: "M8 2l6.5 12h-13zM8 6.5v3.5M8 12v.2",
  succeeded: "M3 8.5l3.5 3.5L13 4.5",
  failed: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4.5v4.5M8 11.3v.2",
  running: "M8 1.5A6.5 6.5 0 0 1 14.5 8",
  waiting: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4.5V8l2.5 1.5",
  retrying: "M13.5 8A5.5 5.5 0 1 1 11.5 3.7M13.5 1.5V5H10",
  skipped: "M3 3l5 5-5 5M9 3l5 5-5 5",
  pending: "M4 8h.1M8 8h.1M12 8h.1",
  stopped: "M4 4h8v8H4z",
  function: "M10.5 2.5c-2 0-2.5 1-2.8 3L6.3 13c-.3 1.5-1 2-2.3 2M4.5 6.5h6",
  action: "M9 1.5L3 9h4.5L7 14.5 13 7H8.5z",
  trigger: "M2 8h8M7 4.5L10.5 8 7 11.5M13.5 3v10",
  event: "M1.5 8h3l2-5 3 10 2-5h3",
  bucket: "M2.5 4c0-1 2.5-2 5.5-2s5.5 1 5.5 2-2.5 2-5.5 2-5.5-1-5.5-2Zm0 0l1.3 9c.2.7 2 1.5 4.2 1.5s4-.8 4.2-1.5l1.3-9",
  clock: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4v4.5h3.5",
  webhook: "M6 5.5A2.5 2.5 0 1 1 9 7l2 3.5M10 12.5A2.5 2.5 0 1 0 11.5 9M6.5 11.5H9M7 7.5L4.8 11A2.5 2.5 0 1 0 6 13.5",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14.5c.5-3 2.7-4.5 5.5-4.5s5 1.5 5.5 4.5",
  pipeline: "M2 3.5h4v3H2zM10 2h4v3h-4zM10 9.5h4v3h-4zM6 5h2v-1.5h2M8 5v6h2",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z",
  help: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6 6.3a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1V9.5M8 11.7v.1",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  remove: "M2.5 4h11M6 4V2.5h4V4M4 4l.700 10h6.6L12 4M6.7 7v4.5M9.3 7v4.5",
  edit: "M3 13l.700-3L11 2.7l2.3 2.3L6 12.3z",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5L7.5 13a2.8 2.8 0 0 1-4-4L5 7.5",
  pause: "M5 3v10M11 3v10",
  upload: "M8 10.5V2.5M5 5.5l3-3 3 3M2.5 10.5v3h11v-3",
  settings: "M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M10.5 3v3M5.5 10v3",
  back: "M9.5 3L4.5 8l5 5",
  next: "M6.5 3l5 5-5 5",
  down: "M3 6l5 5 5-5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
