import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { diagnoseFiles } from '../../../../src/checks/diagnose.js';
import { readProject } from '../../../../src/checks/gather/project/read-project.js';
import { CHECKS, type Finding } from '../../../../src/checks/index.js';
import { fixSteps } from '../../../../src/model/fix-steps.js';
import { allFindings, altered, written } from '../../../helpers/project-files.js';

const FILE = 'manifest.yaml';
const dir = await mkdtemp(join(tmpdir(), 'hook-pause-'));
afterAll(() => rm(dir, { recursive: true }));

async function found(...changes: [from: string, to: string][]): Promise<Finding | undefined> {
  const text = await readFile(`test/corpus/kube-hook-pauses/${FILE}`, 'utf8');
  await written(
    dir,
    altered({ [FILE]: text }, ...changes.map(([from, to]): [string, string, string] => [FILE, from, to])),
  );
  const project = await readProject({
    configs: [],
    compose: null,
    kube: [join(dir, FILE)],
    env: {},
    nowMs: 0,
  });
  return allFindings(diagnoseFiles(project, CHECKS)).find(({ id }) => id === 'pause-too-long');
}

describe('a hook that pauses writes', () => {
  it('has no command to paste: what is to be done belongs into the hook', async () => {
    const finding = await found();
    expect(finding?.consequence).toContain('until the sentinels call it down');
    expect(fixSteps(finding?.fix ?? [])).toEqual({
      text: expect.stringMatching(
        /SENTINEL FAILOVER stock .*no new master yet; in the hook, .*CLIENT PAUSE 1000 WRITE/,
      ),
      commands: [],
    });
  });

  it('promises no failover within the pause where down-after is longer than 15 s', async () => {
    const finding = await found(['milliseconds stock 5000', 'milliseconds stock 20000']);
    expect(finding?.message).toContain('for 22.00 s (CLIENT PAUSE), longer than down-after (20.00 s)');
    expect(finding?.consequence).toMatch(
      /stops writes for the whole pause, then until its server runs again/,
    );
  });

  it('counts its longest pause', async () => {
    const pause = 'CLIENT PAUSE 22000 WRITE\n';
    const finding = await found([pause, `CLIENT PAUSE 100 WRITE\n    redis-cli -p 6379 ${pause}`]);
    expect(finding?.message).toContain('for 22.00 s');
  });
});
