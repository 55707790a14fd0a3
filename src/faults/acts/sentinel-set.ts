import { withNode } from '../../cluster/ask.js';
import type { LiveCluster } from '../../cluster/open.js';
import { parseRecord } from '../../wire/replies.js';
import type { ActHandler, ActOf } from '../act.js';
import { call, cli, impossible, nodeOf, placed, requireRunning } from '../context.js';
import { words } from './config.js';

/** SENTINEL SET at one sentinel; it is local to each (sentinel.md), and written into its file at once. */
export const sentinelSet: ActHandler<ActOf<'sentinel-set'>> = {
  describe: (context, { node, set }) =>
    `${placed(context, node)}: SENTINEL SET ${context.live.plan.spec.masterName} ${words(set)}`,
  describeUndo: (context, { node, set, was }) =>
    `${node}: SENTINEL SET ${context.live.plan.spec.masterName} ${was === undefined ? `${Object.keys(set).join(', ')} restored` : words(was)}`,
  commands: (context, { node, was = {} }) =>
    Object.entries(was).map(([name, value]) =>
      cli(context, node, 'SENTINEL', 'SET', context.live.plan.spec.masterName, name, value),
    ),
  async prepare(context, act) {
    await requireRunning(context, act.node);
    const was = await valuesOf(context.live, act.node, Object.keys(act.set));
    const unknown = Object.keys(act.set).filter((name) => was[name] === undefined);
    if (unknown.length === 0) return { ...act, was };
    throw impossible(
      `the value of ${unknown.join(', ')} at ${act.node} cannot be read, so it could not be restored`,
      'SENTINEL MASTER does not show it',
    );
  },
  inject: ({ live }, { node, set }) => tell(live, node, set),
  undo: ({ live }, { node, was = {} }) => tell(live, node, was),
  async verify({ live }, { node, was = {} }) {
    const now = await valuesOf(live, node, Object.keys(was));
    const wrong = Object.keys(was).filter((name) => now[name] !== was[name]);
    return wrong.length === 0
      ? null
      : `${node} has ${wrong.map((name) => `${name} ${now[name] ?? '(none)'} instead of ${was[name]}`).join(', ')}`;
  },
};

type Where = Pick<LiveCluster, 'plan' | 'asking' | 'host'>;

/** What SENTINEL MASTER does not show, and what it is where the sentinel's file does not name it (7.0, sentinel.c). */
const ONLY_IN_FILE: Readonly<Record<string, string>> = { 'master-reboot-down-after-period': '0' };

async function valuesOf(live: Where, id: string, names: readonly string[]): Promise<Record<string, string>> {
  const { masterName } = live.plan.spec;
  const record = parseRecord(await call(live, id, 'SENTINEL', 'MASTER', masterName));
  const hidden = names.some((name) => ONLY_IN_FILE[name] !== undefined);
  // SENTINEL SET writes the file at once, without what is as it would be anyway.
  const conf = hidden ? ((await live.host.readConf(id)) ?? '') : '';
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = record.get(name) ?? inFile(conf, name, masterName) ?? ONLY_IN_FILE[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function inFile(conf: string, name: string, masterName: string): string | undefined {
  const line = conf.split('\n').find((l) => l.startsWith(`sentinel ${name} ${masterName} `));
  return line?.trim().split(' ')[3];
}

async function tell(live: Where, id: string, values: Record<string, string>): Promise<void> {
  await withNode(nodeOf(live.plan, id), live.asking, async (connection) => {
    for (const [name, value] of Object.entries(values))
      await connection.call('SENTINEL', 'SET', live.plan.spec.masterName, name, value);
  });
}
