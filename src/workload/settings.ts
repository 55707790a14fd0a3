import { type OperatorError, usageError } from '../errors.js';
import type { WorkloadSettings } from '../observe/result.js';

/** How a client behaves. */
export interface Policy {
  tuning: 'default' | 'tuned';
  /** Replicas that must confirm a write before it counts as acknowledged; 0: none. */
  replicas: number;
}

/** `default`, `tuned` or `wait:N`. Throws OperatorError (64). */
export function parsePolicy(text: string): Policy {
  if (text === 'default' || text === 'tuned') return { tuning: text, replicas: 0 };
  const replicas = /^wait:([1-9]\d{0,2})$/.exec(text)?.[1];
  if (replicas !== undefined) return { tuning: 'tuned', replicas: Number(replicas) };
  throw usageError('bad-client-policy', `${JSON.stringify(text.slice(0, 60))} is not a client policy`, {
    hint: '--client-policy default # ioredis without settings; tuned: the settings of connect(); wait:N: WAIT for N replicas',
  });
}

/** Throws OperatorError (64) where the settings make no sense for a master with so many replicas. */
export function checkSettings(settings: WorkloadSettings, replicas: number): void {
  const { clients, ratePerS, pipeline, readRatio, readFrom } = settings;
  const whole = (n: number, max: number): boolean => Number.isInteger(n) && n >= 1 && n <= max;
  if (!whole(clients, 1000)) throw bad('clients', 'is a whole number from 1 to 1000');
  if (!whole(pipeline, 10_000)) throw bad('pipeline', 'is a whole number from 1 to 10000');
  if (!(ratePerS >= 0 && Number.isFinite(ratePerS))) throw bad('rate', 'is 0 or more per second');
  if (!(readRatio >= 0 && readRatio < 1)) {
    throw bad(
      'read-ratio',
      'must be 0 or more and below 1: a client that only reads has no acknowledged writes',
    );
  }
  if (readFrom === 'replicas' && readRatio > 0 && replicas === 0) {
    throw bad('read-from', 'cannot be replicas: the cluster has none');
  }
  const wanted = parsePolicy(settings.policy).replicas;
  if (wanted > replicas) {
    throw bad('client-policy', `cannot wait for ${wanted} replicas: the cluster has ${replicas}`);
  }
}

const bad = (option: string, why: string): OperatorError =>
  usageError('bad-workload', `--${option} ${why}`, { hint: 'sentinelctl failover-test --help' });
