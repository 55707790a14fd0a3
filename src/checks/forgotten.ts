import type { Gathered } from '../model/gathered.js';
import type { RawFinding } from './check.js';
import { addressIn, cli, ctl, flagsOf } from './evidence.js';
import { monitorLike } from './fixes.js';
import { type Group, idsOf, num } from './group.js';

/** Whether nobody hears the master, and no sentinel that answers knows a replica of it. */
export const isForgotten = ({ views, master }: Group): boolean =>
  views.length > 0 &&
  master?.silence !== null &&
  views.some((v) => flagsOf(v.master.fields).some((f) => ['s_down', 'o_down', 'disconnected'].includes(f))) &&
  views.every(
    ({ master: m }) =>
      m.replicas.ok && m.replicas.value.length === 0 && (num(m.fields, 'num-slaves') ?? 0) === 0,
  );

/**
 * A dead master whose replicas no sentinel knows any more: SENTINEL RESET forgets them, and only the master would name
 * them again (sentinel.c, sentinelResetMaster).
 */
export function forgottenAt(gathered: Gathered, group: Group): RawFinding {
  const { name, replicas } = group;
  return {
    subject: replicas.length > 0 ? idsOf(replicas) : name,
    message: `${name}: the sentinels have forgotten the replicas, and the master that would name them again does not answer (SENTINEL RESET while it was down does that)`,
    consequence: 'no replica is ever promoted: for the sentinels there is none, however long they wait',
    fix: gathered.own && group.master !== null ? ours(gathered, group.master.id) : theirs(group),
  };
}

const ours = (gathered: Gathered, master: string): string[] => [
  '# it comes back as the master with what it kept on disk (empty, where it kept nothing), and the replicas copy that: newer writes are lost',
  ctl(gathered, `start ${master} --as-crashed`),
];

/** The old master names its replicas; without it, one of them is made the master by hand, and told to every sentinel. */
function theirs({ name, views, replicas }: Group): string[] {
  const [view] = views;
  const old = view && addressIn(view.master.fields);
  const heir = replicas.find((n) => n.silence === null);
  const at = heir ?? { endpoint: { host: 'REPLICA', port: 6379 } };
  const address = heir?.announce ?? at.endpoint;
  return [
    `start the old master again${old ? ` at ${old.host}:${old.port}` : ''}: it names its replicas`,
    '# or, where it is gone for good, with the replica that has the highest offset (INFO replication):',
    cli(at, 'REPLICAOF NO ONE'),
    ...views.flatMap((v) => [
      cli(v.sentinel, `SENTINEL REMOVE ${name}`),
      ...monitorLike(v.sentinel, name, address, v.master),
    ]),
  ];
}
