import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { comparing, judgeNodeFiles } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { nodeFiles } from '../files/project.js';
import { isYes, lastOf, persists, portOf, savePointsOf, settingOf } from '../files/settings.js';
import { idsOf } from '../group.js';

export default {
  id: 'data-shared',
  needs: 'files',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'data',
  title: 'several data nodes keep their data in one directory',
  consequence:
    'they overwrite each other’s dump.rdb and append-only files: after a restart a node loads what another one wrote, or stops at a broken file',
  explanation:
    'Each server writes its snapshot and its append-only files under its dir, with the same names by default. Two ' +
    'servers with one directory replace each other’s files. In compose it comes from one volume in several services, ' +
    'or from several copies of a service with a volume.',
  remedy: ['a volume or a directory for each data node'],
  sources: ['rdb.c: rdbSave', 'aof.c: getAofManifestFileName'],
  causes: ['restart-wipe'],
  files(project) {
    if (project.compose === null && project.kube === null && project.servers.every((s) => !s.host))
      return {
        skip: 'needs a compose file, a manifest or the host of each file (--config HOST=FILE): they show where the data is',
        applies: false,
      };
    return comparing(
      nodeFiles(project),
      judgeNodeFiles(project, (nodes) => {
        const byPlace = new Map<string, FileServer[]>();
        for (const node of nodes.filter(persists)) {
          const place = placeOf(node);
          if (place !== null) byPlace.set(place.key, [...(byPlace.get(place.key) ?? []), node]);
        }
        return [...byPlace.values()].flatMap(sharedBy);
      }),
    );
  },
} satisfies Check;

function sharedBy(nodes: FileServer[]): RawFinding[] {
  const [first] = nodes;
  const place = first === undefined ? null : placeOf(first);
  if (first === undefined || place === null) return [];
  const at = { file: first.at.file, line: place.line };
  if (nodes.length > 1) {
    return [
      {
        subject: idsOf(nodes),
        message: `${listed(nodes.map((n) => n.id))} write their data into one directory: ${place.shown}`,
        fix:
          first.service === null
            ? nodes.slice(1).map((n) => `${n.id}: dir ${place.shown}-${portOf(n)}`)
            : first.service.pod === undefined
              ? nodes.map((n) => `${n.id}: volumes: ["${n.id}-data:${place.target}"]`)
              : [`volumeClaimTemplates: a claim for each pod, instead of the claim ${place.shown}`],
        at,
      },
    ];
  }
  if (first.copies < 2) return [];
  return [
    {
      subject: first.id,
      severity: 'warning',
      message: `its ${first.copies} copies write their data into one directory, ${place.shown}, where they share a machine`,
      fix: [`${first.id}: a service for each copy, with a volume of its own`],
      at,
    },
  ];
}

/** Where a data node writes: the mount that its directory is in, and its files' names. */
function placeOf(node: FileServer): { key: string; shown: string; target: string; line: number } | null {
  const { service, host } = node;
  const names = namesOf(node);
  if (service === null) {
    const line = lastOf(node, 'dir');
    const shown = line?.args[0] ?? '';
    if (host === undefined || line === undefined || !shown.startsWith('/')) return null;
    return { key: JSON.stringify([host.name, shown, names]), shown, target: shown, line: line.line };
  }
  const home = /bitnami/i.test(service.image ?? '')
    ? `/bitnami/${/valkey/i.test(service.image ?? '') ? 'valkey' : 'redis'}/data`
    : '/data';
  const dir = (settingOf(node, 'dir') ?? home).replace(/^\.\/?$/, home);
  const mount = service.mounts
    .filter(({ target }) => dir === target || dir.startsWith(`${target.replace(/\/$/, '')}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
  if (mount?.source == null || mount.readOnly) return null;
  const key = JSON.stringify([mount.kind, mount.source, dir.slice(mount.target.length), names]);
  return { key, shown: mount.source, target: mount.target, line: mount.line };
}

/** The names of the files that it writes its data to. */
const namesOf = (node: FileServer): string[] => [
  ...(savePointsOf(node) > 0 ? [settingOf(node, 'dbfilename') ?? 'dump.rdb'] : []),
  ...(isYes(settingOf(node, 'appendonly'))
    ? [
        settingOf(node, 'appenddirname') ?? 'appendonlydir',
        settingOf(node, 'appendfilename') ?? 'appendonly.aof',
      ]
    : []),
];
