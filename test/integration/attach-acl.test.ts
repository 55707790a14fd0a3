import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GUEST, type Guests, openGuests } from '../helpers/guests.js';
import { healthyStatus } from '../helpers/main-road.js';
import { refusal } from '../helpers/refusal.js';

let guests: Guests;

beforeAll(async () => {
  guests = await openGuests('--down-after', '2s');
});
afterAll(() => guests?.close());

const LOOKS = [
  ...['wait', 'topology', 'crosscheck', 'masters', 'replicas', 'sentinels', 'master-addr', 'env', 'config'],
  'logs redis-1 --tail 3',
];

describe('attach --print-acl', () => {
  it.each(['look', 'doctor'])('has what is enough for %s', async (purpose) => {
    const attached = await guests.attachedAs(await guests.printed(purpose));
    expect(attached.code, attached.stderr).toBe(0);
    const look = [purpose === 'look' ? 'status' : 'doctor', '--cluster', 'guests', '--json'];
    const ran = await guests.cli.run(look);
    expect(ran.json().verdict.word, ran.stdout).toBe('HEALTHY');
    // No user that may only read is refused anything by the others that look.
    for (const line of LOOKS) {
      const looked = await guests.cli.run([...line.split(' '), '--cluster', 'guests']);
      expect([line, looked.code, looked.stderr]).toEqual([line, 0, expect.anything()]);
    }
    expect(await guests.refused()).toEqual([]);
  });

  it('has what is enough for failover-test with clients', async () => {
    const attached = await guests.attachedAs(await guests.printed('failover-test'));
    expect(attached.code, attached.stderr).toBe(0);
    const test = ['failover-test', '--cluster', 'guests', '--confirm', 'guests', '--clients', '1'];
    const ran = await guests.cli.run([...test, '--budget', '5m', '--json']);
    expect(await guests.refused()).toEqual([]);
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: 'holds' });
    await healthyStatus(guests.owner);
  });

  it('names what a key or a channel lacks', async () => {
    await guests.atEach('redis', 'ACL', 'SETUSER', GUEST, 'resetkeys');
    const words = ['failover-test', '--cluster', 'guests', '--confirm', 'guests'];
    await refusal(guests.cli, words, {
      exit: 3,
      code: 'right-missing',
      says: /redis-1: .*setbit.*\n.*--print-acl --for failover-test/s,
    });
  });

  it('--for alone is refused', async () => {
    const words = ['attach', 'guests', '--for', 'doctor'];
    await refusal(guests.cli, words, {
      exit: 64,
      code: 'contradiction',
      says: '--for goes with --print-acl',
    });
  });
});

/** What a client may do as the application: it reads and writes keys of a run, and nothing else. */
const SHOPPER = ['~sentinelctl:*', '+setbit', '+getbit', '+wait', '+ping', '+info'];
const CLIENTS_SEND = ['setbit', 'getbit'];

describe('the clients of a test', () => {
  it('log in as the user that is named, who is asked for their rights', async () => {
    const rules = await guests.printed('failover-test');
    const without = rules.redis.filter((rule) => !CLIENTS_SEND.includes(rule.slice(1)));
    await guests.attachedAs({ ...rules, redis: without });
    const words = ['failover-test', '--cluster', 'guests', '--confirm', 'guests', '--clients', '1'];
    await refusal(guests.cli, words, {
      exit: 3,
      code: 'right-missing',
      says: `the user ${GUEST} may not run setbit and getbit at redis-1`,
    });
    const as = ['--client-username', 'shopper'];
    await refusal(guests.cli, [...words, ...as], {
      exit: 64,
      code: 'contradiction',
      says: '--client-username goes with --client-password-file',
    });
    const file = join(guests.cli.home, 'shopper-password');
    await writeFile(file, 'shopper-secret', { mode: 0o600 });
    as.push('--client-password-file', file);
    const shopper = ['ACL', 'SETUSER', 'shopper', 'reset', 'on', '>shopper-secret', ...SHOPPER];
    await guests.atEach('redis', ...shopper, '-setbit');
    await refusal(guests.cli, [...words, ...as], {
      exit: 3,
      code: 'right-missing',
      says: 'the user shopper may not run setbit at redis-1',
    });
    await guests.atEach('redis', ...shopper);
    await guests.atEach('redis', 'CONFIG', 'REWRITE');
    await guests.atEach('redis', 'ACL', 'LOG', 'RESET');
    const ran = await guests.cli.run([...words, ...as, '--budget', '5m', '--json']);
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: 'holds' });
    expect(ran.json().command).toContain(`--client-username shopper --client-password-file ${file}`);
    expect(ran.stdout + ran.stderr).not.toContain('shopper-secret');
    expect(await guests.refused()).toEqual([]);
    await healthyStatus(guests.owner);
  });

  it('log in as the application of a cluster with users', async () => {
    await guests.atEach('redis', 'ACL', 'SETUSER', 'operator', '-setbit');
    await guests.atEach('redis', 'CONFIG', 'REWRITE');
    const test = ['failover-test', '--clients', '1', '--budget', '5m', '--json', '--yes'];
    const ran = await guests.owner.run([...test, '--cluster', 'default']);
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: 'holds' });
  });
});
