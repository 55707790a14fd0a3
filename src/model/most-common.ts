/** What most of them are; of equally many, the first. */
export function mostCommon<T>(values: readonly T[]): T | undefined {
  const times = new Map<T, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
