import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import type { ClusterState } from '../../src/cluster/store/state.js';
import type { Driver, DriverFactory } from '../../src/drivers/driver.js';
import type { Link, Links, LinksProbe } from '../../src/drivers/links.js';
import type { NodePlan } from '../../src/model/plan.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import { type Cli, openCli } from './cli.js';

/** A cluster that the built command brought up, and the driver that this test opens on it. */
export interface OwnCluster {
  cli: Cli;
  dir: string;
  state: ClusterState;
  driver: Driver;
  links: Links;
  probe: LinksProbe & { ok: true };
  node(id: string): NodePlan;
  ask(id: string, ...command: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Brings one up with `up ARGS` and opens its links. Throws with the command's words where that fails. */
export async function openOwnCluster(
  factory: DriverFactory,
  name: string,
  args: string[],
): Promise<OwnCluster> {
  const cli = await openCli();
  try {
    const ports = ['--port', 'auto', '--sentinel-port', 'auto'];
    const up = await cli.run(['up', '--cluster', name, '--down-after', '5s', ...ports, ...args]);
    if (up.code !== 0) throw new Error(`up failed (${up.code}): ${up.stderr}`);
    const dir = join(cli.home, 'clusters', name);
    const state = JSON.parse(await readFile(join(dir, 'cluster.json'), 'utf8')) as ClusterState;
    const driver = await factory.open({
      cluster: name,
      dir,
      settings: state.settings,
      env: process.env,
    });
    const probe = await driver.host.links();
    if (!probe.ok) throw new Error(probe.reason);
    const node = (id: string): NodePlan => {
      const found = state.plan.nodes.find((n) => n.id === id);
      if (found === undefined) throw new Error(`there is no ${id}`);
      return found;
    };
    return {
      cli,
      dir,
      state,
      driver,
      links: probe.links,
      probe,
      node,
      async ask(id, ...command) {
        const asking = { clock: systemClock, deadlineMs: 3000 };
        const connection = await openConnection(node(id).endpoint, asking);
        try {
          return await connection.call(...command);
        } finally {
          connection.close();
        }
      },
      async close() {
        driver.close();
        await cli.close();
      },
    };
  } catch (error) {
    await cli.close();
    throw error;
  }
}

/** Both directions between one node and others. */
export const between = (one: string, others: readonly string[]): Link[] =>
  others.flatMap((other) => [
    { from: one, to: other },
    { from: other, to: one },
  ]);

/** Waits until it holds; who does not answer meanwhile does not count as an error. */
export async function when(what: string, holds: () => Promise<boolean>, everyMs = 50): Promise<void> {
  const held = await until(async () => ((await holds().catch(() => false)) ? true : undefined), {
    clock: systemClock,
    everyMs,
    deadlineMs: 60_000,
  });
  if (held === undefined) throw new Error(`it never came to be: ${what}`);
}

/** The id of the data node that the sentinel names as the master. */
export async function masterAt(cluster: OwnCluster, sentinel: string): Promise<string | undefined> {
  const { plan } = cluster.state;
  const named = (await cluster.ask(
    sentinel,
    'SENTINEL',
    'GET-MASTER-ADDR-BY-NAME',
    plan.spec.masterName,
  )) as string[];
  return plan.nodes.find(({ announce }) => announce.host === named[0] && String(announce.port) === named[1])
    ?.id;
}

/** Waits until `status` finds everything healthy again. */
export const whenHealthy = (cluster: OwnCluster): Promise<void> =>
  when(
    'the cluster is healthy',
    async () =>
      (await cluster.cli.run(['status', '--quiet', '--cluster', cluster.state.plan.spec.cluster])).code === 0,
    250,
  );
