import { expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.js';
import { namesOf, partOf } from '../../../src/checks/parts.js';
import { explainText } from '../../../src/report/text/explain.js';
import { expectToFit, plainView } from './lines.js';

const blocksAt = (columns: number): string[][] =>
  explainText(CHECKS, plainView(columns))
    .split('\n\n')
    .map((block) => block.split('\n'));

it('the list of checks is in blocks, each by severity', () => {
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

it.each([80, 100])('a group fits on a screen of 24 lines and %i columns, with the prompt', (columns) => {
  const smallest = new Set(CHECKS.map((check) => namesOf(check).at(-1) ?? ''));
  const long = [...smallest].filter((name) => {
    const shown = explainText(
      CHECKS.filter((check) => namesOf(check).includes(name)),
      plainView(columns),
    );
    return shown.split('\n').length > 23;
  });
  expect(long).toEqual([]);
});

it('each check of a group that has parts is in one of them', () => {
  const inParts = new Set(CHECKS.flatMap((check) => partOf(check)?.group ?? []));
  const lost = CHECKS.filter((check) => inParts.has(check.group) && partOf(check)?.group !== check.group);
  expect(lost.map(({ id }) => id)).toEqual([]);
});
