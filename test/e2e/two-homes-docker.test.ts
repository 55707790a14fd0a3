import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { engineRequired, hasEngine } from '../helpers/docker.js';
import { refusal } from '../helpers/refusal.js';

const NAME = 'two-homes';

describe.runIf(hasEngine || engineRequired)('one name, two state directories, one engine', () => {
  let first: Cli;
  let second: Cli;
  const up = ['up', '--cluster', NAME, '--driver', 'docker', '--image', 'host', '--port', 'auto'];

  beforeAll(async () => {
    first = await openCli();
    second = await openCli();
    const made = await first.run([...up, '--replicas', '1', '--sentinels', '1']);
    expect(made.code, made.stderr).toBe(0);
  });
  afterAll(async () => {
    await first?.close();
    await second?.close();
  });

  it('up does not touch the cluster that the other one made, and says that it is there', async () => {
    const expected = { exit: 3, code: 'name-in-use', says: '3 containers, 3 volumes' };
    await refusal(second, up, expected);
    const status = await first.run(['status', '--json', '--cluster', NAME]);
    expect(status.json().masters[0].nodes.map((n: { role: string }) => n.role)).toEqual([
      'master',
      'replica',
    ]);
  });

  it('down wants the name and --yes, and removes by the name alone', async () => {
    const unknown = { exit: 3, code: 'cluster-unknown', says: 'does not exist' };
    await refusal(second, ['down', '--cluster', NAME], unknown);
    await refusal(second, ['down', '--cluster', `${NAME}-not-there`, '--yes'], unknown);
    const down = await second.run(['down', '--cluster', NAME, '--yes', '--json']);
    expect(down.code, down.stderr).toBe(0);
    expect(down.json().removed).toEqual({ processes: 0, containers: 3, networks: 1, volumes: 3 });
  });
});
