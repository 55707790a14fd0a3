/** A part of a page: all of it, and the same in one line. */
export interface Part {
  full: readonly string[];
  brief: string;
}

/** At least so many of the parts after the first get their line. */
const LEAST_BRIEF = 3;

/**
 * All parts, an empty line between them, where they fit into `room` lines; else the first in full, because it is what
 * to do next, of the others a line each as far as they fit, and `hint` with how many are left out.
 */
export function withinRoom(
  parts: readonly Part[],
  room: number,
  hint: (left: number) => readonly string[],
): string[] {
  const all = parts.flatMap(({ full }, i) => [...(i === 0 ? [] : ['']), ...full]);
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0 || all.length <= room) return all;
  // An empty line before, and the hint after them.
  return [...first.full, '', ...inBrief(others, room - first.full.length - 2, hint)];
}

/** A line each, as far as they fit into `room` lines, and `hint` with how many are left out. */
export function inBrief(
  parts: readonly Part[],
  room: number,
  hint: (left: number) => readonly string[],
): string[] {
  const shown = parts.slice(0, Math.max(LEAST_BRIEF, room));
  return [...shown.map(({ brief }) => brief), ...hint(parts.length - shown.length)];
}
