import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the longest first: begun late, one of them would run alone in the end. Those that share the
 * Docker Engine or draw in a browser stand apart from each other.
 */
const LONGEST = [
  'faults-docker',
  'json-docs',
  'one-verdict',
  'engines',
  'typed-2',
  'typed-4',
  'chaos',
  'typed-3',
  'typed-1',
  'doctor-configuration',
  'doctor-fix-killed',
  'faults-cli',
  'attached-acts',
  'act',
  'failover-outcomes',
  'tmux-failover',
  'pack',
  'workload-losses',
  'quorum-wedge',
  'doctor-tls',
  'faults-acts',
  'doctor-live',
  'attached-docker',
  'tmux-menu',
  'replica-selection',
  'doctor-strangers',
  'report',
  'sweep',
  'docker-driver',
  'links',
  'doctor-fix',
  'invariants-mutation',
  'invariants-writes',
  'attached-map',
  'doctor-pause',
  'pasted',
  'look',
  'doctor-hostile',
  'announced-wrong',
  'tmux-watch',
  'bad-servers',
  'workload-edges',
  'doctor-own',
  'doctor-authentication',
  'doctor-firewall',
  'doctor-healthy',
  'reads-once',
  'bad-streams',
  'hints',
  'bad-places',
  'up-again',
  'doctor-flapping',
  'failover-test',
  'doctor-docker',
  'wire-connect',
  'doctor-denied',
  'doctor-apart',
  'kept-data',
  'attach',
  'restart-killed',
  'doctor-masterless',
  'doctor-data',
  'up-refused',
  'failover-settings',
  'workload-minority',
  'looks-only',
  'up-password',
  'tmux-confirm',
  'process-driver',
  'workload-kill',
  'conf-parser',
  'judgement',
  'doctor-pairs',
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
