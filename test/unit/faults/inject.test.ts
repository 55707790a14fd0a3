import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../../src/cluster/runtime.js';
import type { ClusterState } from '../../../src/cluster/store/state.js';
import type { Act } from '../../../src/faults/act.js';
import { inject } from '../../../src/faults/inject.js';
import { mayBeReplaced } from '../../../src/faults/way-back.js';

const request = {
  targets: [],
  forMs: null,
  dryRun: true,
  force: false,
};
/** Refused before anything is asked: there is no server to ask. */
const NO_SERVERS = {} as Runtime;
const NO_STATE = {} as ClusterState;

describe('inject', () => {
  it.each([
    ['delay', { fault: 'kill', delayMs: 5 }],
    ['jitter', { fault: 'freeze', jitterMs: 5 }],
  ])('refuses --%s for a fault that does not heed it', async (option, more) => {
    await expect(inject(NO_SERVERS, NO_STATE, { ...request, ...more })).rejects.toMatchObject({
      exitCode: 64,
      message: `${more.fault} does not take --${option}`,
    });
  });
});

describe('the end of --for', () => {
  const freeze: Act = { act: 'pause', node: 'redis-1' };
  const end: Act = { act: 'end', node: 'redis-1', signal: 'SIGKILL' };
  it.each([
    ['a freeze that ends well before down-after', freeze, 3999, false],
    ['one that ends just before it', freeze, 4000, true],
    ['one of down-after', freeze, 5000, true],
    ['a crash, which needs time to be heard again', end, 100, true],
    ['a restart at once', { ...end, restart: true }, 0, false],
  ])('%s', (_, act, forMs, expected) => {
    expect(mayBeReplaced([act], forMs, 5000)).toBe(expected);
  });
});
