import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the longest first: begun late, one of them would run alone in the end. Those that share the
 * Docker Engine or draw in a browser stand apart from each other.
 */
const LONGEST = [
  'faults-docker',
  'json-docs',
  'engines',
  'typed-1',
  'typed-2',
  'typed-3',
  'typed-4',
  'report',
  'tmux-failover',
  'chaos',
  'doctor-fix-killed',
  'doctor-configuration',
  'faults-cli',
  'failover-outcomes',
  'one-verdict',
  'act',
  'doctor-docker',
  'tmux-watch',
  'quorum-wedge',
  'doctor-authentication',
  'doctor-healthy',
  'docker-driver',
  'workload-losses',
  'tmux-menu',
  'doctor-strangers',
  'invariants-mutation',
  'faults-acts',
  'pack',
  'doctor-live',
  'replica-selection',
  'look',
  'up-refused',
  'sweep',
  'interrupts',
  'torture',
  'doctor-own',
  'doctor-fix',
  'workload-edges',
  'links',
  'bad-places',
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
