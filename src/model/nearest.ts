/**
 * The candidate that was most likely meant by `word`, or undefined when none is near: at most a third of the
 * letters may differ, a swap of two neighbours counting once. A prefix of three letters or more is near too.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  if (wanted === '' || wanted.length > 60) return undefined;
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const longer = Math.max(letters(wanted).length, letters(candidate).length);
    const startsIt = letters(wanted).length >= 3 && candidate.startsWith(wanted);
    const distance = startsIt ? 0.5 : editDistance(wanted, candidate.toLowerCase());
    if (distance > Math.max(1, Math.floor(longer / 3))) continue;
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate;
}

const letters = (word: string): string => word.replace(/^-+/, '');

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one each. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
