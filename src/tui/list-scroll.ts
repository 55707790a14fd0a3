/** A row of the list: a heading, or an entry. */
export type Row<E> = { heading: string } | { entry: E };

/**
 * As many whole rows as there is room for, with the current entry in the middle where the list is longer, and empty lines
 * below them, so that the height stays. Where entries are above or below, a line at that edge says how many.
 */
export function scrolled<E extends { key: string }>(
  rows: readonly Row<E>[],
  current: E | undefined,
  room: number,
  linesOf: (row: Row<E>) => string[],
  paint: (text: string) => string,
): string[] {
  const drawn = rows.map(linesOf);
  const all = drawn.flat();
  if (all.length <= room) return all;
  const entriesIn = (from: number, to: number): number =>
    rows.slice(from, to).filter((row) => 'entry' in row).length;
  const heightOf = (from: number, to: number): number => drawn.slice(from, to).flat().length;
  const markersOf = (from: number, to: number): number =>
    [entriesIn(0, from), entriesIn(to, rows.length)].filter((hidden) => hidden > 0).length;
  const fits = (from: number, to: number): boolean =>
    from >= 0 && to <= rows.length && heightOf(from, to) + markersOf(from, to) <= room;
  let from = Math.max(
    0,
    rows.findIndex((row) => 'entry' in row && row.entry.key === current?.key),
  );
  const at = from;
  let to = from + 1;
  for (;;) {
    const [up, down] = [fits(from - 1, to), fits(from, to + 1)];
    if (!up && !down) break;
    if (up && (!down || heightOf(from, at) <= heightOf(at + 1, to))) from -= 1;
    else to += 1;
  }
  const above = entriesIn(0, from);
  const below = entriesIn(to, rows.length);
  // The current entry is never given away, however low the window is.
  const shown = drawn
    .slice(from, to)
    .flat()
    .slice(0, Math.max(1, room - markersOf(from, to)));
  const lines = [
    ...(above > 0 ? [paint(`↑ ${above} more`)] : []),
    ...shown,
    ...(below > 0 ? [paint(`↓ ${below} more`)] : []),
  ];
  return [...lines, ...Array.from({ length: Math.max(0, room - lines.length) }, () => '')];
}
