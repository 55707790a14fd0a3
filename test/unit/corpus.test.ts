import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { diagnoseFiles } from '../../src/checks/diagnose.js';
import { readProject } from '../../src/checks/gather/project/read-project.js';
import { CHECKS } from '../../src/checks/index.js';
import { SEVERITIES, VERDICT_WORDS } from '../../src/model/status.js';
import { allFindings } from '../helpers/project-files.js';

const CORPUS = 'test/corpus';

const Expected = z.strictObject({
  about: z.string(),
  source: z.string(),
  compose: z.string().optional(),
  configs: z.array(z.string()).default([]),
  kube: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  now: z.string().default('2026-01-01'),
  verdict: z.enum(VERDICT_WORDS),
  /** Absent where nothing may be found. */
  first: z.string().optional(),
  line: z.array(z.string()).default([]),
  findings: z
    .array(
      z.strictObject({
        id: z.string(),
        severity: z.enum(SEVERITIES),
        subject: z.string(),
        says: z.string().default(''),
        fix: z.string().default(''),
      }),
    )
    .default([]),
  also: z.array(z.string()).default([]),
  notes: z.array(z.strictObject({ id: z.string(), subject: z.string(), says: z.string() })).default([]),
  never: z.array(z.string()).default([]),
  unread: z.array(z.string()).default([]),
});

const folders = (await readdir(CORPUS, { withFileTypes: true })).filter((e) => e.isDirectory());

describe('the corpus', () => {
  it('has sound set-ups too, of which nothing may be said', async () => {
    const all = await Promise.all(folders.map(({ name }) => expectedOf(name)));
    expect(all.filter((e) => e.verdict === 'HEALTHY').length).toBeGreaterThanOrEqual(12);
  });

  it.each(folders.map(({ name }) => name).sort())('%s', async (name) => {
    const dir = join(CORPUS, name);
    const expected = await expectedOf(name);
    const project = await readProject({
      configs: expected.configs.map((file) => file.replace(/^([\w.-]+=)?/, `$1${dir}/`)),
      compose: expected.compose === undefined ? null : join(dir, expected.compose),
      kube: expected.kube.map((file) => join(dir, file)),
      env: expected.env,
      nowMs: Date.parse(expected.now),
    });
    const result = diagnoseFiles(project, CHECKS);
    const all = allFindings(result).map(({ id, severity, subject, message, fix }) => ({
      id,
      severity,
      subject: subject.replaceAll(`${dir}/`, ''),
      says: message,
      fix: fix.join('\n'),
    }));
    const found = all.filter(({ severity, id }) => severity !== 'info' && !expected.also.includes(id));
    const wanted = expected.findings.map((f) => ({
      ...f,
      says: expect.stringContaining(f.says),
      fix: expect.stringContaining(f.fix),
    }));
    const byId = (a: { id: string; subject: string }, b: { id: string; subject: string }): number =>
      `${a.id} ${a.subject}` < `${b.id} ${b.subject}` ? -1 : 1;
    expect({ verdict: result.verdict.word, findings: found.toSorted(byId) }).toEqual({
      verdict: expected.verdict,
      findings: wanted.toSorted(byId),
    });
    if (expected.first !== undefined) expect(result.findings[0]?.id).toBe(expected.first);
    for (const { says, ...note } of expected.notes)
      expect(all).toContainEqual({
        ...note,
        severity: 'info',
        says: expect.stringContaining(says),
        fix: expect.any(String),
      });
    expect(all.filter(({ id }) => expected.never.includes(id))).toEqual([]);
    for (const text of expected.line) expect(result.verdict.text.replaceAll(`${dir}/`, '')).toContain(text);
    const skipped = result.skipped.map((s) => s.why).join('\n');
    for (const text of expected.unread) expect(skipped).toContain(text);
  });
});

const expectedOf = async (name: string): Promise<z.infer<typeof Expected>> =>
  Expected.parse(parse(await readFile(join(CORPUS, name, 'expected.yaml'), 'utf8')));
