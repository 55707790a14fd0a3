import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the longest first: begun late, one of them would run alone in the end. */
const LONGEST = [
  'chaos',
  'faults-cli',
  'act',
  'look',
  'up-again',
  'links',
  'up-refused',
  'doctor-configuration',
  'conf-parser',
  'doctor-authentication',
  'invariants-mutation',
  'faults-acts',
  'typed-1',
  'typed-2',
  'typed-3',
  'typed-4',
  'docker-driver',
  'json-docs',
  'report',
].map((name) => `/${name}.test.ts`);

const place = ({ moduleId }: TestSpecification): number => {
  const found = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return found === -1 ? LONGEST.length : found;
};

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => place(a) - place(b));
  }
}
