import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../../src/cluster/runtime.js';
import type { ClusterState } from '../../../src/cluster/store/state.js';
import { inject } from '../../../src/faults/inject.js';

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
