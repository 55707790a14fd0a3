import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the longest first: begun late, one of them would run alone in the end. Those that share the
 * Docker Engine or draw in a browser stand apart from each other.
 */
const LONGEST = [
  'chaos',
  'docker-driver',
  'doctor-configuration',
  'faults-cli',
  'typed-1',
  'typed-2',
  'typed-3',
  'typed-4',
  'json-docs',
  'doctor-healthy',
  'doctor-fix-killed',
  'report',
  'failover-outcomes',
  'doctor-authentication',
  'links-docker',
  'doctor-live',
  'doctor-data',
  'doctor-pairs',
  'doctor-own',
  'tmux-failover',
  'doctor-docker',
  'tmux-watch',
  'quorum-wedge',
  'invariants-mutation',
  'faults-docker',
  'faults-acts',
  'look',
  'act',
  'app-container',
  'completion',
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
