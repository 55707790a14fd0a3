import { isAt } from '../../model/facts.js';
import type { GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { comparing, judgeNodeGroups } from '../files/judge.js';
import { type FileServer, nodeFiles } from '../files/project.js';
import { type Group, groupsOf, idsOf, judged, readAll } from '../group.js';
import { compareReleases, releaseOf } from '../releases.js';
import { grouped } from '../snapshot.js';

const series = (version: string): string => version.split('.').slice(0, 2).join('.');

const UPGRADE_ORDER =
  '# order of an upgrade: the replicas, one after another, then a failover to one of them, the old master last';

interface Release {
  engine: string;
  version: string;
}

/** A data node's image: `redis 7.2`, and the numbers of its tag, as many as it has. */
interface Image {
  node: FileServer;
  text: string;
  series: string[];
}

const textOf = ({ engine, version }: Release): string => `${engine} ${version}`;

export default {
  id: 'version-skew',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'a replica runs an older release than its master, or another engine',
  consequence:
    'a replica that is older than its master may not be able to load its snapshot: after its next full resync begins it never gets a link',
  explanation:
    'Snapshots have a format number that rises with releases; an older server rejects a newer one (Can’t ' +
    'handle RDB format version) and does not know newer commands in the stream. A replica that is newer than its ' +
    'master can read everything, so a rolling upgrade begins at the replicas and ends at the master: that order ' +
    'is not reported. After the failover to a newer replica the old master is the older one, until it is ' +
    'upgraded too.',
  remedy: [
    'upgrade the replicas first, one after another; then fail over to one of them, and upgrade the old master last',
  ],
  sources: [
    'rdb.c: rdbLoadRioWithLoadingCtx',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/',
    'measured',
  ],
  causes: ['link-down', 'resync-loop'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap((group): RawFinding[] => {
      const { values, missing: silent } = readAll(group.nodes, (n) => n.info);
      missing.push(...silent);
      if (group.master === null) missing.push(`${group.name}: its master is not known`);
      const releases = new Map(values.map(({ server, value }) => [server, releaseOf(value)]));
      const wrong = values.flatMap(({ server }) => {
        const source = sourceOf(server, group);
        const own = releases.get(server);
        const theirs = source === null ? undefined : releases.get(source);
        if (source === null || own === undefined || theirs === undefined) return [];
        const isOther = own.engine !== theirs.engine;
        if (!isOther && compareReleases(own.version, theirs.version) >= 0) return [];
        return [{ server, own, source, theirs, isOther }];
      });
      return grouped(wrong, ({ source, own }) => `${source.id} ${textOf(own)}`).flatMap((same) => {
        const [first] = same;
        if (first === undefined) return [];
        const { own, source, theirs, isOther } = first;
        const apart = isOther || series(own.version) !== series(theirs.version);
        const servers = same.map(({ server }) => server);
        const run = servers.length === 1 ? 'runs' : 'run';
        return [
          {
            subject: idsOf(servers),
            servers: [source.id],
            masterName: group.name,
            severity: apart ? 'warning' : 'info',
            message: `${idsOf(servers)} ${run} ${textOf(own)}, ${isOther ? 'another engine' : 'older'} than ${source.id} with ${textOf(theirs)}, which ${servers.length === 1 ? 'it follows' : 'they follow'}`,
            fix: [...servers.map((server) => `start ${server.id} with ${textOf(theirs)}`), UPGRADE_ORDER],
          },
        ];
      });
    });
    return judged(seen, missing);
  },
  files: (project) =>
    comparing(
      nodeFiles(project),
      judgeNodeGroups(project, (group) => {
        const { nodes } = group;
        const releases = nodes.flatMap((n): Image[] => {
          const match = /([^/:@]+):v?(\d+(?:\.\d+)*)/.exec(n.service?.image ?? '');
          return match === null
            ? []
            : [{ node: n, text: `${match[1]} ${match[2]}`, series: (match[2] ?? '').split('.').slice(0, 2) }];
        });
        const master = releases.find((r) => r.node === group.master);
        // Where the files do not show the master, each release that is not the newest may be that of its replica.
        const first = master ?? releases.toSorted((a, b) => newerFirst(a.series, b.series))[0];
        if (first === undefined) return [];
        const [image] = first.text.split(' ');
        const isApart = (r: Image): boolean =>
          first.series.some((part, i) => r.series[i] !== undefined && r.series[i] !== part);
        const others = releases.filter((r) =>
          r.text.split(' ')[0] === image
            ? isApart(r) && newerFirst(first.series, r.series) < 0
            : r.node !== first.node,
        );
        const [other] = others;
        if (other === undefined) return [];
        const cannot = master !== undefined && others.some((o) => o.text.split(' ')[0] === image);
        return [
          {
            subject: idsOf(others.map((o) => o.node)),
            message: `${others.map((o) => `${o.node.id} runs ${o.text}`).join(', ')}, ${first.node.id} runs ${first.text}${cannot ? ': an older replica cannot load what a newer master sends' : ''}`,
            fix: [`image: ${first.node.service?.image}`],
            at: other.node.at,
          },
        ];
      }),
    ),
} satisfies Check;

/** The server whose snapshots it loads: the one that it follows, which may be another replica; null for the master. */
function sourceOf(node: GatheredNode, { nodes, master }: Group): GatheredNode | null {
  if (node === master) return null;
  const follows = node.role.ok ? node.role.value.follows : null;
  return nodes.find((n) => n !== node && follows !== null && isAt(n, follows)) ?? master;
}

/** Compares releases by their numbers, the newest first. */
function newerFirst(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const apart = Number(b[i] ?? 0) - Number(part);
    if (apart !== 0) return apart;
  }
  return 0;
}
