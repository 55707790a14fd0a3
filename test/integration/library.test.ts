import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, openCluster } from '../../src/api.js';
import { PLAIN, setDialled } from '../../src/model/hints.js';
import { OPEN, setLogins } from '../../src/model/secrets.js';
import { connect } from '../../src/wire/connect.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { shell } from '../helpers/doctor.js';
import { QUIET } from '../helpers/quiet.js';

/** Two clusters of one state directory that one program has open: another password each, one with users. */
const NAMES = ['one', 'two'] as const;
type Name = (typeof NAMES)[number];
/** What redis-cli is given of each. */
const LOGIN_OF: Record<Name, RegExp> = {
  one: /^export REDISCLI_AUTH="\$\(cat \S*\/one\/password\)"\nredis-cli -h \S+ -p \d+ CONFIG /,
  two: /^export REDISCLI_AUTH="\$\(cat \S*\/two\/passwords\/operator\)"\nredis-cli -h \S+ -p \d+ --user operator CONFIG /,
};

let cli: Cli;
const open: Record<Name, Cluster> = {} as Record<Name, Cluster>;
beforeAll(async () => {
  cli = await openCli();
  for (const name of NAMES) {
    const file = join(cli.home, `given-${name}`);
    await writeFile(file, `password-of-${name}\n`, { mode: 0o600 });
    const words = ['--driver', 'process', '--port', 'auto', '--password-file', file, ...QUIET];
    const up = await cli.run(['up', '--cluster', name, ...words, ...(name === 'two' ? ['--acl'] : [])]);
    expect(up.code, up.stderr).toBe(0);
  }
});
afterAll(async () => {
  // The next file of this worker prints commands for another cluster.
  setDialled(PLAIN);
  setLogins({ redis: OPEN, sentinel: OPEN });
  await cli?.close();
});

/** The commands that the status of a cluster prints for replicas that may not be promoted. */
async function fixOf(cluster: Cluster): Promise<string> {
  const { masters } = await cluster.status();
  return masters.flatMap(({ problems }) => problems).find(({ id }) => id === 'priority-zero')?.fix ?? '';
}

describe('two clusters that a program opened', () => {
  it('print commands with the login of the cluster that they are about, also where both are asked at once', async () => {
    for (const name of NAMES) {
      open[name] = await openCluster(name, { home: cli.home });
      const words = ['call', 'CONFIG', 'SET', 'replica-priority', '0', '--on', 'replicas', '--yes'];
      const set = await cli.run([...words, '--cluster', name]);
      expect(set.code, set.stderr).toBe(0);
    }
    for (const name of [...NAMES, ...NAMES]) expect(await fixOf(open[name])).toMatch(LOGIN_OF[name]);
    const both = await Promise.all(NAMES.map((name) => fixOf(open[name])));
    for (const [i, name] of NAMES.entries()) expect(both[i]).toMatch(LOGIN_OF[name]);
    for (const [i, name] of NAMES.entries()) {
      expect(await shell((both[i] ?? '').replaceAll('\n', ' && '))).toContain('OK');
      expect(await fixOf(open[name])).toBe('');
    }
  });

  it('let an application in by connect(), each with its own password and no other', async () => {
    const variables = await Promise.all(
      NAMES.map(async (name) => {
        const {
          natMap: _,
          needsPassword,
          REDIS_CA_FILE: _none,
          ...env
        } = (await cli.run(['env', '--json', '--cluster', name])).json();
        expect(needsPassword).toBe(true);
        return env;
      }),
    );
    const clients = await Promise.all(variables.map((env) => connect(env)));
    for (const [i, client] of clients.entries()) await client.set('whose', NAMES[i] ?? '');
    expect(await Promise.all(clients.map((client) => client.get('whose')))).toEqual([...NAMES]);
    for (const client of clients) client.disconnect();
    const [one, two] = variables;
    const wrong = { ...one, REDIS_PASSWORD_FILE: two.REDIS_PASSWORD_FILE };
    await expect(connect(wrong)).rejects.toMatchObject({ exitCode: 5 });
  });
});
