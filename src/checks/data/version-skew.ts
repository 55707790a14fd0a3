import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { comparing, judgeNodeGroups } from '../files/judge.js';
import { nodeFiles } from '../files/project.js';
import { groupsOf, idsOf, judged, readAll } from '../group.js';
import { compareReleases, releaseOf } from '../releases.js';

const series = (version: string): string => version.split('.').slice(0, 2).join('.');

export default {
  id: 'version-skew',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'data nodes run different releases',
  consequence:
    'a replica that is older than its master may not be able to load its snapshot: after a failover to the newer one it never gets a link',
  explanation:
    'Snapshots have a format number that rises with releases; an older server rejects a newer one (Can’t ' +
    'handle RDB format version) and does not know newer commands in the stream. During a rolling upgrade this ' +
    'is expected: upgrade the replicas first, the master last.',
  remedy: ['run the same release everywhere; upgrade replicas before the master'],
  sources: [
    'rdb.c: rdbLoadRioWithLoadingCtx',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/',
  ],
  causes: ['link-down'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { nodes } of groups) {
      const { values, missing: silent } = readAll(nodes, (n) => n.info);
      missing.push(...silent);
      const releases = values.map(({ server, value }) => ({ server, ...releaseOf(value) }));
      const text = (r: { engine: string; version: string }): string => `${r.engine} ${r.version}`;
      if (new Set(releases.map(text)).size < 2) continue;
      const newest = releases.toSorted((a, b) => compareReleases(b.version, a.version))[0];
      const others = releases.filter((r) => newest !== undefined && text(r) !== text(newest));
      if (newest === undefined) continue;
      const apart = new Set(releases.map((r) => `${r.engine} ${series(r.version)}`)).size > 1;
      seen.push({
        subject: idsOf(others.map((r) => r.server)),
        severity: apart ? 'warning' : 'info',
        message: releases.map((r) => `${r.server.id} runs ${text(r)}`).join(', '),
        fix: others.map((r) => `start ${r.server.id} with ${text(newest)}, a replica before the master`),
      });
    }
    return judged(seen, missing);
  },
  files: (project) =>
    comparing(
      nodeFiles(project),
      judgeNodeGroups(project, (group) => {
        const { nodes } = group;
        const releases = nodes.flatMap((n) => {
          const match = /([^/:@]+):v?(\d+(?:\.\d+)*)/.exec(n.service?.image ?? '');
          return match === null
            ? []
            : [{ node: n, text: `${match[1]} ${match[2]}`, series: (match[2] ?? '').split('.').slice(0, 2) }];
        });
        // A replica may be newer than its master, never older: the newest is what the others should be.
        const [first] = releases.toSorted((a, b) => newerFirst(a.series, b.series));
        const apart = (a: string[], b: string[]): boolean =>
          a.some((part, i) => b[i] !== undefined && b[i] !== part);
        const others = releases.filter(
          (r) =>
            first !== undefined &&
            (apart(first.series, r.series) || r.text.split(' ')[0] !== first.text.split(' ')[0]),
        );
        const [other] = others;
        const master = group.master;
        const older = others.filter(
          (o) => o.node !== master && o.text.split(' ')[0] === first?.text.split(' ')[0],
        );
        const cannot = first?.node === master && older.length > 0;
        if (first === undefined || other === undefined) return [];
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

/** Compares releases by their numbers, the newest first. */
function newerFirst(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const apart = Number(b[i] ?? 0) - Number(part);
    if (apart !== 0) return apart;
  }
  return 0;
}
