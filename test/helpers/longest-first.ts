import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the longest first: begun late, one of them would run alone in the end. */
const LONGEST = [
  'chaos',
  'doctor-configuration',
  'faults-cli',
  'typed-1',
  'typed-2',
  'typed-3',
  'typed-4',
  'doctor-healthy',
  'doctor-fix-killed',
  'failover-outcomes',
  'json-docs',
  'doctor-authentication',
  'doctor-live',
  'doctor-data',
  'doctor-pairs',
  'doctor-own',
  'tmux-failover',
  'tmux-watch',
  'quorum-wedge',
  'docker-driver',
  'links-docker',
  'invariants-mutation',
  'faults-acts',
  'look',
  'act',
  'completion',
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
