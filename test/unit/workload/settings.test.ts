import { describe, expect, it } from 'vitest';
import type { WorkloadSettings } from '../../../src/observe/result.js';
import { checkSettings, parsePolicy } from '../../../src/workload/settings.js';

const usual: WorkloadSettings = {
  clients: 8,
  ratePerS: 1000,
  pipeline: 1,
  readRatio: 0.5,
  readFrom: 'replicas',
  policy: 'wait:2',
};

describe('a client policy', () => {
  it.each([
    ['default', { tuning: 'default', replicas: 0 }],
    ['tuned', { tuning: 'tuned', replicas: 0 }],
    ['wait:2', { tuning: 'tuned', replicas: 2 }],
  ])('is %s', (text, policy) => expect(parsePolicy(text)).toEqual(policy));

  it.each(['', 'Default', 'wait', 'wait:0', 'wait:-1', 'wait:x', 'wait:1 '])('is not %j', (text) =>
    expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ exitCode: 64 })),
  );
});

describe('settings', () => {
  it('are taken where they make sense', () => expect(() => checkSettings(usual, 2)).not.toThrow());

  it.each<[Partial<WorkloadSettings>, string]>([
    [{ clients: 0 }, '--clients'],
    [{ clients: 1.5 }, '--clients'],
    [{ pipeline: 0 }, '--pipeline'],
    [{ ratePerS: -1 }, '--rate'],
    [{ ratePerS: Number.NaN }, '--rate'],
    [{ readRatio: 1 }, '--read-ratio'],
    [{ policy: 'wait:3' }, '--client-policy'],
  ])('%j are refused: %s', (over, option) =>
    expect(() => checkSettings({ ...usual, ...over }, 2)).toThrow(
      expect.objectContaining({ exitCode: 64, message: expect.stringContaining(option) }),
    ),
  );

  it('want a replica to read from', () =>
    expect(() => checkSettings({ ...usual, policy: 'tuned' }, 0)).toThrow('--read-from'));
});
