import { expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.js';
import { partOf } from '../../../src/checks/parts.js';
import { explainText } from '../../../src/report/text/explain.js';
import { expectToFit, plainView } from './lines.js';

const blocksAt = (columns: number): string[][] =>
  explainText(CHECKS, plainView(columns))
    .split('\n\n')
    .map((block) => block.split('\n'));

it('the list of checks is in blocks that a screen has room for, each by severity', () => {
  for (const [columns, most] of [
    [100, 24],
    [80, 30],
  ] as const)
    expect(
      blocksAt(columns)
        .filter((block) => block.length > most)
        .map(([title]) => title),
    ).toEqual([]);
  const ids = blocksAt(200).flatMap((block) => block.slice(1).map((line) => line.split(' ')[1]));
  expect(ids.filter((id) => CHECKS.some((check) => check.id === id)).toSorted()).toEqual(
    CHECKS.map(({ id }) => id).toSorted(),
  );
  for (const block of blocksAt(200).slice(0, -1)) {
    const marks = block.slice(1).map((line) => '✗!i'.indexOf(line.charAt(0)));
    expect(marks, block[0]).toEqual(marks.toSorted((a, b) => a - b));
  }
  expectToFit((view) => explainText(CHECKS, view));
});

it('what a part names is a check of its group', () => {
  for (const check of CHECKS) {
    const part = partOf(check);
    if (part !== null) expect(part.group).toBe(check.group);
    for (const id of part?.checks ?? []) expect(CHECKS.find((c) => c.id === id)?.group, id).toBe(check.group);
  }
});
