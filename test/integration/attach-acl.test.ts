import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GUEST, type Guests, openGuests } from '../helpers/guests.js';
import { healthyStatus } from '../helpers/main-road.js';
import { refusal } from '../helpers/refusal.js';

let guests: Guests;

beforeAll(async () => {
  guests = await openGuests('--down-after', '2s');
});
afterAll(() => guests?.close());

describe('attach --print-acl', () => {
  it.each(['look', 'doctor'])('has what is enough for %s', async (purpose) => {
    const attached = await guests.attachedAs(await guests.printed(purpose));
    expect(attached.code, attached.stderr).toBe(0);
    const look = [purpose === 'look' ? 'status' : 'doctor', '--cluster', 'guests', '--json'];
    const ran = await guests.cli.run(look);
    expect(ran.json().verdict.word, ran.stdout).toBe('HEALTHY');
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
