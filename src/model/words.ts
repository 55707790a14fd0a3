import { formatAddress } from './address.js';
import type { Ref } from './status.js';

/** `redis-1`; `redis-1 and redis-2`; `redis-1, redis-2 and redis-3`; the same with `or`. */
export function listed(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** The state of a cluster that `down --keep-data` stopped. */
export const DATA_KEPT = 'data kept';

/** How many servers a line begins with. */
const NAMED = 3;

/** `redis-1: its state is not known`; a text that names one of them already is left as it is. */
export function about(subjects: readonly string[], text: string): string {
  if (subjects.length === 0 || subjects.some((subject) => text.includes(subject))) return text;
  const left = subjects.length - NAMED;
  const who = left > 0 ? [...subjects.slice(0, NAMED), `${left} more`] : subjects;
  return `${listed(who)}: ${text}`;
}

/** `1 replica`, `2 replicas`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** `61,168`; whole numbers only have no fraction. The same in every locale. */
export function grouped(value: number): string {
  const [whole = '', fraction] = String(
    Number.isInteger(value) ? value : Math.round(value * 100) / 100,
  ).split('.');
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

/** `redis-1 127.0.0.1:6379`, or the address alone where it is the id. */
export function named(ref: Ref): string {
  const address = formatAddress(ref);
  return ref.id === address ? address : `${ref.id} ${address}`;
}

/** Bytes for reading: `256 MiB`, `1.5 GiB`, `900 bytes`. */
export function bytes(n: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (n >= size) return `${Number((n / size).toFixed(1))} ${unit}`;
  }
  return `${n} bytes`;
}

/** `3 data nodes, 1.2 MiB`; bytes are null where they are not known. */
export const dataWords = (data: { nodes: readonly string[]; bytes: number | null }): string =>
  `${count(data.nodes.length, 'data node')}, ${data.bytes === null ? 'size unknown' : bytes(data.bytes)}`;

/** `8 keys, 1.3 KiB on disk`; keys are null where they are not known. Empty where there is nothing, or nothing is known. */
export function heldWords(data: {
  nodes: readonly string[];
  bytes: number | null;
  keys: number | null;
}): string {
  const size = data.bytes === null ? 'an unknown amount' : bytes(data.bytes);
  return [
    ...(data.keys === null ? [] : [count(data.keys, 'key')]),
    ...(data.nodes.length === 0 ? [] : [`${size} on disk`]),
  ].join(', ');
}

/** One collator for all: making one takes longer than a thousand comparisons. Made when it is first needed. */
let collator: Intl.Collator | undefined;

const NUMBERED = /^(.*\D)(\d{1,15})$/;
const LETTER = /^[a-z]$/;

/** The order of names for people: `shard-2` before `shard-10`. */
export function byNumber(a: string, b: string): number {
  const order = usual(a, b);
  if (order !== undefined) return order;
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b);
}

/** The same order for the names that most clusters have, without loading the tables of the collator (10 ms). */
function usual(a: string, b: string): number | undefined {
  if (a === b) return 0;
  const [first = '', other = ''] = [a[0], b[0]];
  if (first !== other && LETTER.test(first) && LETTER.test(other)) return first < other ? -1 : 1;
  const [, before, number] = NUMBERED.exec(a) ?? [];
  const [, beforeOther, numberOther] = NUMBERED.exec(b) ?? [];
  return before !== undefined && before === beforeOther ? Number(number) - Number(numberOther) : undefined;
}
