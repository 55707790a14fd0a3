import { expect } from 'vitest';
import type { DoctorResult, Finding } from '../../src/checks/index.js';
import type { Ran } from './cli.js';

/** `doctor --json` of a cluster on which nothing is wrong: no warning, nothing broken, little that could not be judged. */
export function expectHealthy(ran: Ran): void {
  expect(ran.stdout, ran.stderr).not.toBe('');
  const result = ran.json() as DoctorResult;
  const bad = result.findings
    .flatMap((f): Finding[] => [f, ...f.consequences])
    .filter((f) => f.severity !== 'info')
    .map((f) => `${f.severity} ${f.id} ${f.subject}: ${f.message}`);
  expect(bad).toEqual([]);
  expect(result.skipped.filter(({ why }) => why.startsWith('this check failed'))).toEqual([]);
  expect(result.checked, JSON.stringify(result.skipped)).toBeGreaterThan(50);
  expect(result.verdict.word).toBe('HEALTHY');
  expect(ran.code).toBe(0);
}
