import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/faults/catalogue/index.js';
import { parseScenario } from '../../../src/scenarios/format/parse.js';
import { INVARIANTS } from '../../../src/scenarios/format/scenario.js';
import { builtIns } from '../../../src/scenarios/play/built-ins.js';

const TEXT = readFileSync(fileURLToPath(new URL('../../../docs/scenarios.md', import.meta.url)), 'utf8');

describe('docs/scenarios.md', () => {
  it('lists the built-in scenarios as they are', async () => {
    const rows = (await builtIns()).map(
      (s) => `| \`${s.name}\` | ${s.summary} | ${s.tags.join(' ')} | ${s.source ?? ''} |`,
    );
    const listed = TEXT.split('<!-- scenarios')[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(listed).toEqual(rows);
  });

  it('shows a scenario that can be read', async () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(TEXT)?.[1] ?? '';
    const faults = catalogue.map((f) => f.name);
    expect((await parseScenario(yaml, 'docs/scenarios.md', faults)).name).toBe('replica-and-master');
  });

  it('names every invariant that may be asked for', () => {
    for (const id of INVARIANTS) expect(TEXT).toContain(`\`${id}\``);
  });

  it('has a built-in scenario for every fault of the catalogue', async () => {
    const used = new Set(
      (await builtIns()).flatMap((s) =>
        s.steps.flatMap((step) => (step.do === 'inject' ? [step.fault] : [])),
      ),
    );
    expect(catalogue.map((f) => f.name).filter((name) => !used.has(name))).toEqual([]);
  });
});
