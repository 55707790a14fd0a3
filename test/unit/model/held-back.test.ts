import { describe, expect, it } from 'vitest';
import { heldBackIn } from '../../../src/model/held-back.js';

const master = (more: Record<string, string> = {}) => new Map(Object.entries({ role: 'master', ...more }));
const client = (cmd: string, more: Record<string, string> = {}) => ({ flags: 'b', cmd, idle: '2', ...more });

describe('what a pause of writes holds back', () => {
  it('sentinels in PUBLISH, and clients in a write with the longest wait', () => {
    const clients = [
      client('publish', { name: 'sentinel-0123-cmd' }),
      client('set'),
      client('hset', { idle: '5' }),
      client('get', { flags: 'N' }),
    ];
    expect(heldBackIn(master(), clients)).toEqual({
      heldBack: { connections: 1, leftMs: null, clients: 2, clientsMs: 5000 },
    });
  });

  it.each(['blpop', 'brpoplpush', 'bzmpop', 'xreadgroup', 'wait', 'waitaof', 'graph.query', 'flushall'])(
    '%s waits by itself',
    (cmd) => {
      expect(heldBackIn(master(), [client(cmd)])).toEqual({});
    },
  );

  it('what INFO says of it before any client waits (Valkey 8.1)', () => {
    const paused = { paused_reason: 'client_pause', paused_timeout_milliseconds: '11800' };
    expect(heldBackIn(master(paused), [])).toEqual({ heldBack: { connections: 0, leftMs: 11_800 } });
    expect(heldBackIn(master({ ...paused, paused_reason: 'failover_in_progress' }), [])).toEqual({});
    expect(heldBackIn(master({ paused_reason: 'none', paused_timeout_milliseconds: '0' }), [])).toEqual({});
  });
});
