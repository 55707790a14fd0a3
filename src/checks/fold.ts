import { SEVERITIES, type Severity } from '../model/status.js';
import type { Check, Finding } from './check.js';

/** 0 for critical; the lower, the worse. */
const rankOf = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** The worst severity in a finding and what is folded under it. */
export const worstOf = (finding: Finding): Severity =>
  SEVERITIES.find((s) => s === finding.severity || finding.consequences.some((c) => c.severity === s)) ??
  'info';

/** Whether `--fix` can do something about the finding, not only about a note folded under it. */
export const isRepairable = (finding: Finding): boolean =>
  [finding, ...finding.consequences].some(
    ({ severity, repairs }) => severity !== 'info' && repairs.length > 0,
  );

/** The names by which findings speak of servers: two that name different ones have nothing to do with each other. */
export function serverNames(gathered: {
  sentinels: readonly { id: string }[];
  nodes: readonly { id: string }[];
}): ReadonlySet<string> {
  return new Set([...gathered.sentinels, ...gathered.nodes].map((server) => server.id));
}

/** What folding needs of a check. */
type Folding = Pick<Check, 'id' | 'causes' | 'first'>;

/** Whether one finding explains another, as `fold` has it. */
export type Explains = (cause: Finding, other: Finding) => boolean;

/** What each check explains, and which come first: made once for a list of checks, which a thousand masters share. */
const causesMade = new WeakMap<readonly Folding[], Causes>();

interface Causes {
  first: ReadonlySet<string>;
  causes: ReadonlyMap<string, ReadonlySet<string>>;
  /** The place of each in the list. */
  order: ReadonlyMap<string, number>;
}

function causesIn(checks: readonly Folding[]): Causes {
  const made = causesMade.get(checks) ?? {
    first: new Set(checks.filter((check) => check.first === true).map((check) => check.id)),
    causes: new Map(checks.map((check) => [check.id, new Set(check.causes)])),
    order: new Map(checks.map((check, i) => [check.id, i])),
  };
  causesMade.set(checks, made);
  return made;
}

/** `no worse`: what stands in files does not follow from something less severe. */
type Bound = 'any' | 'no worse';

export function explainer(
  checks: readonly Folding[],
  servers: ReadonlySet<string>,
  bound: Bound = 'any',
): Explains {
  const { first, causes } = causesIn(checks);
  // Taken apart once: a server that lies can make thousands of findings, and each is held against each.
  const taken = new WeakMap<Finding, readonly string[]>();
  const named = (f: Finding): readonly string[] => {
    const known = taken.get(f);
    if (known !== undefined) return known;
    const subjects = namesIn(f.subject, servers);
    // One about the whole group names none, and stays so.
    const all = subjects.length === 0 ? [] : [...subjects, ...(f.servers ?? [])];
    taken.set(f, all);
    return all;
  };
  return (cause, other) =>
    cause !== other &&
    causes.get(cause.id)?.has(other.id) === true &&
    (cause.severity !== 'info' || other.severity === 'info' || first.has(cause.id)) &&
    (bound === 'any' || rankOf(cause.severity) <= rankOf(other.severity)) &&
    share(named(cause), named(other));
}

/**
 * Puts what is explained by another finding under it, root causes first, the worst first, else in the order of the
 * checks. One explains another where its check names the other's in `causes` and their subjects meet; information
 * explains nothing that is worse, unless its check comes first. What is explained by two roots is under the first.
 */
export function fold(
  findings: readonly Finding[],
  checks: readonly Folding[],
  servers: ReadonlySet<string>,
  bound: Bound = 'any',
): Finding[] {
  const { causes, order } = causesIn(checks);
  const place = (f: Finding): number => order.get(f.id) ?? checks.length;
  const explains = explainer(checks, servers, bound);
  const sorted = findings.toSorted((a, b) => rankOf(a.severity) - rankOf(b.severity) || place(a) - place(b));
  // Most findings of a thousand masters explain nothing and are explained by nothing that was found.
  const effects = new Set(
    [...new Set(findings.map(({ id }) => id))].flatMap((id) => [...(causes.get(id) ?? [])]),
  );
  const isExplained = (f: Finding): boolean => effects.has(f.id) && sorted.some((g) => explains(g, f));
  const left = new Set(sorted);
  const roots: Finding[] = [];
  const take = (root: Finding): void => {
    const under: Finding[] = [];
    const queue = [root];
    left.delete(root);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const effectsOfIt = causes.get(next.id);
      if (effectsOfIt === undefined || effectsOfIt.size === 0) continue;
      for (const other of [...left].filter((f) => effectsOfIt.has(f.id) && explains(next, f))) {
        left.delete(other);
        under.push(other);
        queue.push(other);
      }
    }
    if (under.length > 1) under.sort((a, b) => sorted.indexOf(a) - sorted.indexOf(b));
    roots.push({ ...root, consequences: under });
  };
  for (const f of sorted) if (left.has(f) && !isExplained(f)) take(f);
  // What explains each other in a circle has no root: the worst of them is as good as any.
  for (const f of sorted) if (left.has(f)) take(f);
  return roots.toSorted((a, b) => rankOf(worstOf(a)) - rankOf(worstOf(b)));
}

const namesIn = (subject: string, servers: ReadonlySet<string>): string[] =>
  subject.split(/[\s,→]+/).filter((word) => servers.has(word));

/** Whether two subjects can be about the same thing: they share a server, or one is about the whole group. */
const share = (ours: readonly string[], theirs: readonly string[]): boolean =>
  ours.length === 0 || theirs.length === 0 || ours.some((word) => theirs.includes(word));

/** Only what is at least so severe, a cause with what it explains; the information under it goes too. */
export function atLeast(findings: readonly Finding[], least: Severity): Finding[] {
  const counts = (f: Finding): boolean => rankOf(f.severity) <= rankOf(least);
  return findings
    .filter((f) => rankOf(worstOf(f)) <= rankOf(least))
    .map((f) => ({ ...f, consequences: f.consequences.filter(counts) }));
}
