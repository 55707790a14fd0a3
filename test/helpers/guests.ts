import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { NodeKind } from '../../src/model/plan.js';
import { openConnection } from '../../src/wire/client.js';
import { type Cli, openCli, type Ran } from './cli.js';
import { dirOf, nodesOf } from './inside.js';

export const GUEST = 'guest';
export const GUEST_PASSWORD = 'guest-secret';

/** A cluster with users that `owner` made, and that `cli` knows only as one that it did not start, by the name `guests`. */
export interface Guests {
  owner: Cli;
  cli: Cli;
  /** A command of the cluster's own operator at every node of a kind. */
  atEach(kind: NodeKind, ...words: string[]): Promise<unknown[]>;
  /** Makes the user with exactly these rules everywhere, and attaches the cluster as it. */
  attachedAs(rules: Record<NodeKind, string[]>): Promise<Ran>;
  /** The printed rules of a purpose, by kind of server. */
  printed(purpose: string): Promise<Record<NodeKind, string[]>>;
  /** What the user was refused since it was made, by the ACL LOG of every node. */
  refused(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openGuests(...up: string[]): Promise<Guests> {
  const owner = await openCli();
  const cli = await openCli();
  await writeFile(join(cli.home, 'password'), GUEST_PASSWORD, { mode: 0o600 });
  const made = await owner.run(['up', '--driver', 'process', '--port', 'auto', '--acl', ...up]);
  expect(made.code, made.stderr).toBe(0);

  const atEach: Guests['atEach'] = async (kind, ...words) => {
    const password = await readFile(join(dirOf(owner), 'passwords', 'operator'), 'utf8');
    const credentials = { username: 'operator', password };
    return Promise.all(
      (await nodesOf(owner))
        .filter((node) => node.kind === kind)
        .map(async ({ endpoint }) => {
          const options = { clock: systemClock, deadlineMs: 30_000, credentials };
          const connection = await openConnection(endpoint, options);
          return connection.call(...words).finally(() => connection.close());
        }),
    );
  };

  return {
    owner,
    cli,
    atEach,
    async attachedAs(rules) {
      for (const kind of ['redis', 'sentinel'] as const) {
        await atEach(kind, 'ACL', 'SETUSER', GUEST, 'reset', 'on', `>${GUEST_PASSWORD}`, ...rules[kind]);
        await atEach(kind, 'ACL', 'LOG', 'RESET');
      }
      // A node that is killed and started knows only the users of its file.
      await atEach('redis', 'CONFIG', 'REWRITE');
      await atEach('sentinel', 'SENTINEL', 'FLUSHCONFIG');
      const { REDIS_SENTINEL_ADDRS } = (await owner.run(['env', '--json'])).json();
      const login = ['--username', GUEST, '--sentinel-username', GUEST];
      const password = ['--password-file', join(cli.home, 'password')];
      const at = ['--sentinel-addrs', REDIS_SENTINEL_ADDRS, '--local'];
      return cli.run(['attach', 'guests', ...at, ...login, ...password]);
    },
    async printed(purpose) {
      const words = ['attach', 'guests', '--print-acl', '--for', purpose, '--username', GUEST];
      const { acl } = (await cli.run([...words, '--json'])).json();
      const text = (await cli.run(words)).stdout;
      for (const kind of ['redis', 'sentinel'] as const) {
        expect(acl[kind].user).toBe(GUEST);
        expect(text).toContain(`\nuser ${GUEST} on >PASSWORD ${acl[kind].rules.join(' ')}\n`);
      }
      return { redis: acl.redis.rules, sentinel: acl.sentinel.rules };
    },
    async refused() {
      const logs = [...(await atEach('redis', 'ACL', 'LOG')), ...(await atEach('sentinel', 'ACL', 'LOG'))];
      return (logs as unknown[][]).flat().map((entry) => JSON.stringify(entry));
    },
    async close() {
      await cli.close();
      await owner.close();
    },
  };
}
