import { type NamedValues, numberOf } from './answers.js';
import type { NodeAnswer } from './snapshot.js';

/** Whether clients wait for something at a master that is not moved by FAILOVER, which holds writes back itself. */
export const holdsClients = (info: NamedValues): boolean =>
  info.get('role') === 'master' &&
  (numberOf(info.get('blocked_clients')) ?? 0) > 0 &&
  (info.get('master_failover_state') ?? 'no-failover') === 'no-failover';

/** Commands that wait by themselves: for a key, for replicas or, from 8.0 on, for memory to be freed; those of modules have a dot. */
const WAITS_ITSELF =
  /^(bl(pop|move|mpop)|br(pop|poplpush)|bz(mpop|popmin|popmax)|xread(group)?|wait(aof)?|shutdown|auth|hello|s?flush(all|db)?)$|[.|]/;

/**
 * What CLIENT LIST shows of a pause of writes: clients blocked in commands that do not wait by themselves
 * (networking.c, blockPostponeClient), sentinels in PUBLISH. Valkey 8.1 says in INFO that it holds them back, too.
 */
export function heldBackIn(
  info: NamedValues,
  clients: readonly Readonly<Record<string, string>>[],
): Pick<NodeAnswer, 'heldBack'> {
  if (info.get('role') !== 'master') return {};
  const waiting = clients.filter(
    ({ flags = '', cmd = '' }) => flags.includes('b') && cmd !== '' && !WAITS_ITSELF.test(cmd),
  );
  const ofSentinels = waiting.filter(
    ({ name = '', cmd }) => /^sentinel-.*-cmd$/.test(name) && cmd === 'publish',
  );
  const others = waiting.filter((client) => !ofSentinels.includes(client));
  const left = numberOf(info.get('paused_timeout_milliseconds'));
  const isSaid = info.get('paused_reason') === 'client_pause' && left !== null && left > 0;
  if (waiting.length === 0 && !isSaid) return {};
  const idleS = others.map(({ idle }) => numberOf(idle) ?? 0);
  return {
    heldBack: {
      connections: ofSentinels.length,
      leftMs: left !== null && left > 0 ? left : null,
      ...(others.length > 0 && { clients: others.length, clientsMs: Math.max(...idleS) * 1000 }),
    },
  };
}
