import { expect, it } from 'vitest';
import type { Finding } from '../../../src/checks/check.js';
import { withLogins } from '../../../src/checks/passwords.js';
import { healthyGathered } from '../../helpers/recorded-gathering.js';

it('says how redis-cli gets a password before a command for a server that wants one, and only there', () => {
  const gathered = healthyGathered();
  const [locked, open] = gathered.nodes;
  if (locked === undefined || open === undefined) throw new Error('a healthy cluster has three');
  if (locked.config.ok) locked.config.value = { ...locked.config.value, requirepass: '(set)' };
  const at = ({ endpoint }: typeof locked): string =>
    `redis-cli -h ${endpoint.host} -p ${endpoint.port} PING`;
  const [first, second] = withLogins(
    [at(locked), at(open)].map((line) => ({ fix: [line], consequences: [] as Finding[] }) as Finding),
    gathered,
  );
  expect(first?.fix).toEqual([
    'export REDISCLI_AUTH="$(cat FILE)"  # FILE has the password of the server, for redis-cli',
    at(locked),
  ]);
  expect(second?.fix).toEqual([at(open)]);
});
