import type { RawFinding } from '../../check.js';
import { type FileGroup, fileGroups, replicasOf } from '../groups.js';
import type { FileServer } from '../project.js';
import { allOf, bytesOf, lastOf, place, settingOf } from '../settings.js';
import { idsOf, merged, noNodeFile, type Rule } from './rule.js';

/** A rule about every group that has data nodes. */
const ofGroups = (id: string, judge: (group: FileGroup) => RawFinding[]): Rule => ({
  id,
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.nodes.length > 0);
    return groups.length === 0 ? noNodeFile : merged(groups.flatMap(judge));
  },
});

const lineOr = (server: FileServer, name: string): { file: string; line: number } => {
  const line = lastOf(server, name);
  return line === undefined ? server.at : place(line);
};

export const priorityZero = ofGroups('priority-zero', ({ nodes, master }) => {
  const replicas = nodes.filter((n) => n !== master);
  const [first] = replicas;
  if (first === undefined || !replicas.every((n) => settingOf(n, 'replica-priority') === '0')) return [];
  return [
    {
      subject: idsOf(replicas),
      message: `replica-priority 0 at every replica: none may be promoted`,
      fix: ['replica-priority 100'],
      at: lineOr(first, 'replica-priority'),
    },
  ];
});

export const replicaHidden = ofGroups('replica-hidden', ({ nodes }) =>
  nodes
    .filter((n) => settingOf(n, 'replica-announced')?.toLowerCase() === 'no')
    .map((n) => {
      const isBackup = settingOf(n, 'replica-priority') === '0';
      return {
        subject: n.id,
        severity: isBackup ? ('info' as const) : ('warning' as const),
        message: `replica-announced no${isBackup ? ', replica-priority 0: a backup that nobody uses' : ', and it may still be promoted'}`,
        fix: [
          isBackup ? 'replica-announced yes, where clients are to read from it' : 'replica-announced yes',
        ],
        at: lineOr(n, 'replica-announced'),
      };
    }),
);

export const minReplicas = ofGroups('min-replicas', (group) => {
  const replicas = replicasOf(group) ?? 0;
  if (replicas === 0) return [];
  const least = (n: FileServer): number => Number(settingOf(n, 'min-replicas-to-write') ?? 0);
  const without = group.nodes.filter((n) => least(n) === 0);
  const tooMany = group.nodes.filter((n) => replicas > 1 && least(n) > replicas - 1);
  const [first] = without;
  return [
    ...(first === undefined
      ? []
      : [
          {
            subject: idsOf(without),
            // A choice between losing writes and refusing them.
            severity: 'info' as const,
            message: `min-replicas-to-write is 0${replicas < 2 ? '; with one replica, 1 would stop all writes whenever it is down' : ''}`,
            fix: ['min-replicas-to-write 1', 'min-replicas-max-lag 10'],
            at: lineOr(first, 'min-replicas-to-write'),
          },
        ]),
    ...tooMany.map((n) => ({
      subject: n.id,
      message: `min-replicas-to-write ${least(n)} of ${replicas} replicas: after a failover only ${replicas - 1} are left, and every write is refused`,
      fix: [`min-replicas-to-write ${replicas - 1}`],
      at: lineOr(n, 'min-replicas-to-write'),
    })),
  ];
});

/** The defaults, which are what is least of good use: 256mb 64mb 60; 1mb. */
const MB = 1024 ** 2;

export const outputBuffer = ofGroups('output-buffer', ({ nodes }) =>
  nodes.flatMap((n): RawFinding[] => {
    const line = allOf(n, 'client-output-buffer-limit').findLast((d) =>
      d.args.some((a) => /^(slave|replica)$/i.test(a)),
    );
    const at = line?.args.findIndex((a) => /^(slave|replica)$/i.test(a)) ?? -1;
    const [hard, soft, seconds] = line?.args.slice(at + 1, at + 4) ?? [];
    const small = (text: string | undefined, least: number): boolean => {
      const value = bytesOf(text);
      return value !== undefined && value > 0 && value < least;
    };
    const short = (bytesOf(soft) ?? 0) > 0 && (bytesOf(soft) ?? 0) <= 64 * MB && Number(seconds) < 60;
    if (line === undefined || !(small(hard, 256 * MB) || small(soft, 64 * MB) || short)) return [];
    return [
      {
        subject: n.id,
        message: `a replica is dropped with ${hard} waiting, or ${soft} for ${seconds} s: less than the default`,
        fix: ['client-output-buffer-limit replica 256mb 64mb 60'],
        at: place(line),
      },
    ];
  }),
);

export const backlogSmall = ofGroups('backlog-small', ({ nodes }) =>
  nodes.flatMap((n): RawFinding[] => {
    const size = bytesOf(settingOf(n, 'repl-backlog-size'));
    if (size === undefined || size >= MB) return [];
    return [
      {
        subject: n.id,
        message: `repl-backlog-size ${settingOf(n, 'repl-backlog-size')} is less than the default of 1mb`,
        fix: ['repl-backlog-size 64mb'],
        at: lineOr(n, 'repl-backlog-size'),
      },
    ];
  }),
);

/** What has to be the same everywhere, because any of them may become master. */
export const maxmemorySkew = ofGroups('maxmemory-skew', ({ nodes, master }) => {
  const model = master ?? nodes[0];
  if (model === undefined) return [];
  return (['maxmemory', 'maxmemory-policy'] as const).flatMap((name) => {
    const usual = name === 'maxmemory' ? '0' : 'noeviction';
    const of = (n: FileServer): string => settingOf(n, name) ?? usual;
    const same = (a: string, b: string): boolean =>
      a === b || (bytesOf(a) !== undefined && bytesOf(a) === bytesOf(b));
    return nodes
      .filter((n) => !same(of(n), of(model)))
      .map((n) => ({
        subject: n.id,
        message: `${name} ${of(n)} here, ${of(model)} at ${model.id}`,
        fix: [`${name} ${of(model)}`],
        at: lineOr(n, name),
      }));
  });
});

/** Images of different releases; a tag that names none tells nothing. */
export const versionSkew = ofGroups('version-skew', ({ nodes }) => {
  const releases = nodes.flatMap((n) => {
    const match = /([^/:@]+):v?(\d+(?:\.\d+)*)/.exec(n.service?.image ?? '');
    return match === null
      ? []
      : [{ node: n, text: `${match[1]} ${match[2]}`, series: (match[2] ?? '').split('.').slice(0, 2) }];
  });
  const [first] = releases;
  const apart = (a: string[], b: string[]): boolean =>
    a.some((part, i) => b[i] !== undefined && b[i] !== part);
  const others = releases.filter(
    (r) =>
      first !== undefined &&
      (apart(first.series, r.series) || r.text.split(' ')[0] !== first.text.split(' ')[0]),
  );
  const [other] = others;
  if (first === undefined || other === undefined) return [];
  return [
    {
      subject: idsOf(others.map((o) => o.node)),
      message: `${others.map((o) => `${o.node.id} runs ${o.text}`).join(', ')}, ${first.node.id} ${first.text}`,
      fix: [`image: ${first.node.service?.image}`],
      at: other.node.at,
    },
  ];
});
