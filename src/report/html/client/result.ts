/** The result in the page, and its numbers as words. */
import { byId, need } from './dom.js';

interface Load {
  fromMs: number;
  bucketMs: number;
  ok: number[];
  errors: number[];
  p50Ms?: (number | null)[];
  p99Ms?: (number | null)[];
}
interface Client extends Load {
  id: string;
}
interface Result {
  trials: { client?: { overTime?: Load; clients: Client[] } }[];
}
export const result = JSON.parse(need(byId('result')).textContent ?? '') as Result;

export const seconds = (ms: number): string => `${ms < 0 ? '−' : ''}${(Math.abs(ms) / 1000).toFixed(2)} s`;
export const perSecond = (count: number, { bucketMs }: Load): string =>
  Math.round((count * 1000) / bucketMs).toLocaleString('en');
export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  return ms < 1000 ? `${Number(ms.toPrecision(2))} ms` : `${(ms / 1000).toFixed(2)} s`;
}
