import { afterAll, describe, expect, it } from 'vitest';
import { ANY_COMMAND, SENTINEL_COMMANDS } from '../../src/checks/files/acl-commands.js';
import { commandFault, seriesOf } from '../../src/checks/files/acl-rules.js';
import type { FileServer } from '../../src/checks/files/project.js';
import { systemClock } from '../../src/clock.js';
import { openConnection } from '../../src/wire/client.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const PORT = 7140;
/** Rules that servers take, and refuse, by what they say of arguments. */
const OTHERS = [
  ...['+nosuch', '+client|nosuch', '-get|x', '+get|x', '+client|kill|x', '+GET', '-Client|KILL', '+acl|cat'],
  ...['+sentinel|nosuch', '+sentinel|masters', '+host:', '+config|rewrite', '+multi'],
];

const running: RedisServer[] = [];
afterAll(() => Promise.all(running.map((server) => server.stop())));

const described = (kind: FileServer['kind'], version: string): FileServer =>
  ({ kind, directives: [], service: { image: `redis:${version}` } }) as unknown as FileServer;

describe.each(['redis', 'sentinel'] as const)('the commands that a %s knows', (kind) => {
  it('are those that its users are judged by', async (context) => {
    const server = await startRedis({
      port: PORT + (kind === 'redis' ? 0 : 1),
      sentinel: kind === 'sentinel',
    });
    running.push(server);
    const connection = await openConnection(server.address, { clock: systemClock, deadlineMs: 30_000 });
    try {
      const info = String(await connection.call('INFO', 'server'));
      const file = described(kind, /redis_version:(\S+)/.exec(info)?.[1] ?? '');
      const known = seriesOf(file);
      if (known === null || known.series[0] < 7) return context.skip('nothing is said of this release');
      const rules = [...OTHERS, ...[...ANY_COMMAND, ...SENTINEL_COMMANDS].map((name) => `+${name}`)];
      const apart: string[] = [];
      for (const rule of rules) {
        const answer = await connection.call('ACL', 'SETUSER', 'judged', rule).then(
          () => true,
          () => false,
        );
        if (answer !== (commandFault(rule, file) === null)) apart.push(`${rule}: ${answer}`);
      }
      expect(apart).toEqual([]);
    } finally {
      await connection.close();
    }
  });
});
