/** The page's own drawings, on a grid of 24. Decoration: whoever uses one says what it means. */
const PATHS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM20 20l-4.8-4.8",
  send: "M4.5 12h7M4.6 4.7l15.6 6.6a.8.8 0 0 1 0 1.4L4.6 19.3 7 12z",
  group: "M9 5a3.2 3.2 0 1 0 0 6.4A3.2 3.2 0 0 0 9 5zM3 19c0-3 2.7-4.8 6-4.8s6 1.8 6 4.8M16 5.4a3 3 0 0 1 0 5.6M17.6 14.6c2 .6 3.4 2.1 3.4 4.4",
  notes: "M7 4h10a1 1 0 0 1 1 1v15l-6-4.2L6 20V5a1 1 0 0 1 1-1z",
  reply: "M9 7l-5 5 5 5M4.5 12H14a6 6 0 0 1 6 6",
  edit: "M5 19l.9-3.8L16.2 4.9a1.6 1.6 0 0 1 2.3 0l.6.6a1.6 1.6 0 0 1 0 2.3L8.8 18.1z",
  remove: "M5 7h14M10 7V4.6h4V7M7 7l.9 12.4h8.2L17 7",
  leave: "M14 5H6v14h8M11 12h9M17 9l3 3-3 3",
  check: "M5 12.5l4.5 4.5L19 7.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
