import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding, Skip } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { dataDirectoryOf } from '../files/data-directory.js';
import { comparing, judgeNodeFiles } from '../files/judge.js';
import { subjectOf } from '../files/kube/facts.js';
import { NODE_PATH } from '../files/kube/pod.js';
import { keepsFrom } from '../files/kube/spread.js';
import { mountAt } from '../files/paths.js';
import { type FileServer, nameInCompose, nodeFiles, type Project } from '../files/project.js';
import { isYes, lastOf, persists, portOf, savePointsOf, settingOf } from '../files/settings.js';
import { dataNodes, idsOf, judged, readAll } from '../group.js';

export default {
  id: 'data-shared',
  needs: 'gathered',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'data',
  part: 'disk',
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
  live: sharedLive,
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
        return [...byPlace.values()].flatMap((of) => onNode(of, project) ?? sharedBy(of));
      }),
    );
  },
} satisfies Check;

/** Where a running server writes, by its own settings: the same text for the same files of one file system; null where it writes none. */
function filesOf({ config }: GatheredNode): string | null {
  if (!config.ok) return null;
  const { dir, save, appendonly, dbfilename, appenddirname = '', appendfilename = '' } = config.value;
  const files = [
    ...(save ? [dbfilename] : []),
    ...(appendonly === 'yes' ? [appenddirname, appendfilename] : []),
  ];
  return dir === undefined || files.length === 0 ? null : JSON.stringify([dir, files]);
}

/** The nodes that have one key, where several have it. */
function sameKey(
  nodes: readonly GatheredNode[],
  keyOf: (node: GatheredNode) => string | null,
): GatheredNode[][] {
  const byKey = new Map<string, GatheredNode[]>();
  for (const node of nodes) {
    const [key, files] = [keyOf(node), filesOf(node)];
    if (key === null || files === null) continue;
    const place = `${key} ${files}`;
    byKey.set(place, [...(byKey.get(place) ?? []), node]);
  }
  return [...byKey.values()].filter((group) => group.length > 1);
}

/** Processes of one machine have one file system; what a container has mounted its own settings do not tell. */
function sharedLive(gathered: Gathered): RawFinding[] | Skip {
  const nodes = dataNodes(gathered);
  if (nodes.length === 0) return silentSentinels(gathered);
  const machineOf = ({ life }: GatheredNode): string | null =>
    life.ok && life.value.kind === 'process' ? life.value.hostKey : null;
  const seen = sameKey(nodes, machineOf).map((sharing): RawFinding => {
    const [{ config } = { config: null }, ...others] = sharing;
    const dir = config?.ok ? config.value.dir : undefined;
    return {
      subject: idsOf(sharing),
      message: `${listed(sharing.map((n) => n.id))} write their data into one directory: ${dir}`,
      fix: others.flatMap((node) => [
        `# ${node.id}: make this directory, put the line into its configuration file, and start it again:`,
        `dir ${dir}-${node.announce.port}`,
      ]),
    };
  });
  if (seen.length > 0) return seen;
  const [unknown] = sameKey(nodes, ({ life, announce }) => (life.ok ? null : announce.host));
  if (unknown === undefined) return judged([], readAll(nodes, (n) => n.config).missing);
  return {
    skip: `${idsOf(unknown)} have one host and the same dir: whether that is one directory is visible only on their machine`,
  };
}

/** Pods that write into a directory of their node, which is one only where they are on one; null for any other place. */
function onNode(nodes: FileServer[], { kube }: Project): RawFinding[] | null {
  const [first] = nodes;
  const place = first === undefined ? null : placeOf(first);
  if (first === undefined || !place?.shown.startsWith(NODE_PATH)) return null;
  const workloads = (kube?.workloads ?? []).filter((w) =>
    nodes.some((n) => n.service?.pod?.workload === subjectOf(w)),
  );
  const isAlone = nodes.length === 1 && first.copies < 2;
  if (isAlone || workloads.every(({ spread, labels }) => keepsFrom(spread, labels))) return [];
  return [
    {
      subject: idsOf(nodes),
      severity: 'warning',
      message: `they write their data into one directory of the node, ${place.shown.slice(NODE_PATH.length)}, where two of the pods are on one node`,
      fix: workloads.map(
        (w) =>
          `${w.kind === 'StatefulSet' ? '' : 'a StatefulSet instead of the '}${subjectOf(w)}: volumeClaimTemplates instead of the hostPath`,
      ),
      at: { file: first.at.file, line: place.line },
    },
  ];
}

/** Nodes of a swarm whose data is on different machines: their services are placed by one label with different values. */
const areApart = (one: FileServer, other: FileServer): boolean =>
  placeOf(one)?.isFar !== true &&
  (one.service?.onlyOn ?? []).some(([what, value]) =>
    other.service?.onlyOn?.some((o) => o[0] === what && o[1] !== value),
  );

function sharedBy(all: FileServer[]): RawFinding[] {
  const nodes = all.filter((n) => all.length === 1 || all.some((o) => o !== n && !areApart(n, o)));
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
              ? [
                  ...nodes.map(
                    (n) => `${nameInCompose(n)}: volumes: ["${nameInCompose(n)}-data:${place.target}"]`,
                  ),
                  `at the top level: volumes: {${nodes.map((n) => `${nameInCompose(n)}-data: {}`).join(', ')}}`,
                ]
              : [`volumeClaimTemplates: a claim for each pod, instead of the claim ${place.shown}`],
        at,
      },
    ];
  }
  if (first.copies < 2 || first.service?.perNode !== undefined) return [];
  return [
    {
      subject: first.id,
      severity: 'warning',
      message: `its ${first.copies} copies write their data into one directory, ${place.shown}, where they share a machine`,
      fix: [
        first.service?.pod === undefined
          ? `${first.id}: a service for each copy, with a volume of its own`
          : `a StatefulSet with volumeClaimTemplates, instead of the ${first.service.pod.workload}`,
      ],
      at,
    },
  ];
}

/** Where a data node writes: the mount that its directory is in, and its files' names. */
function placeOf(
  node: FileServer,
): { key: string; shown: string; target: string; line: number; isFar?: true } | null {
  const { service, host } = node;
  const names = namesOf(node);
  if (service === null) {
    const line = lastOf(node, 'dir');
    const shown = line?.args[0] ?? '';
    if (host === undefined || line === undefined || !shown.startsWith('/')) return null;
    return { key: JSON.stringify([host.name, shown, names]), shown, target: shown, line: line.line };
  }
  const { path: dir } = dataDirectoryOf(node, service);
  const mount = mountAt(service.mounts, dir);
  if (mount?.source == null || mount.readOnly) return null;
  const key = JSON.stringify([mount.kind, mount.source, dir.slice(mount.target.length), names]);
  return {
    key,
    shown: mount.source,
    target: mount.target,
    line: mount.line,
    ...(mount.isFar && { isFar: true }),
  };
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
