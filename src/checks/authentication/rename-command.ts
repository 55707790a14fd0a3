import { isUnknownName } from '../../model/acl-rules.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels, viewsOf } from '../evidence.js';
import { renamedInFiles } from '../files/renamed.js';
import { inFile } from '../fixes.js';
import { groupsOf, idsOf, judged, readAll } from '../group.js';
import { renamedIn, toldIn } from '../renamed.js';

export default {
  id: 'rename-command',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'a command that Sentinel needs is renamed at a server, and a sentinel does not know the new name',
  consequence: 'no promotion succeeds: every failover ends with -failover-abort-slave-timeout (measured)',
  explanation:
    'A renamed CONFIG or SLAVEOF is an unknown command in Sentinel’s transaction, which is then discarded as ' +
    'a whole. Sentinel can be configured with the new names, for each master, at every sentinel; it uses them for ' +
    'data nodes and for other sentinels. A replica uses the real names PING, AUTH, REPLCONF and PSYNC at its master ' +
    'and cannot be told others.',
  remedy: [
    'SENTINEL SET NAME rename-command OLD NEW at every sentinel',
    'or remove rename-command from the files and use ACLs instead',
  ],
  sources: [
    'sentinel.conf: SENTINEL rename-command',
    'sentinel.c: sentinelInstanceMapCommand',
    'replication.c: syncWithMaster',
    'https://github.com/redis/redis/issues/5092',
    'measured',
  ],
  causes: ['failover-stuck', 'no-master', 'acl-short', 'master-down', 'seen-down'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, nodes }): RawFinding[] => {
      const { values, missing: unanswered } = readAll(nodes, (n) => n.dryrun);
      missing.push(...unanswered);
      const known = viewsOf(gathered, name).map(({ sentinel }) => ({
        sentinel,
        told: toldIn(sentinel, name),
      }));
      const answering = values.map(({ server }) => server);
      const gone = answering.flatMap((server) => goneAt(server).map((command) => ({ server, command })));
      const told = known.flatMap((k) => [...(k.told?.keys() ?? [])]);
      return [...new Set([...gone.map((g) => g.command), ...told])].flatMap((command): RawFinding[] => {
        const at = gone.filter((g) => g.command === command).map((g) => g.server);
        if (at.length > 0) {
          // A sentinel does not report the new names; only its file shows them.
          if (known.length === 0) missing.push(`${name}: no sentinel reports it`);
          const unread = known.flatMap(({ sentinel, told: of }) => (of === null ? [sentinel] : []));
          missing.push(...unread.map((s) => `${s.id}: ${s.conf.ok ? '' : s.conf.why}`));
        }
        const disabled = at.filter((n) => renamedIn(n)?.get(command) === '');
        if (disabled.length > 0) return [isDisabled(command, disabled)];
        const unaware = known.filter((k) => k.told?.has(command) === false).map((k) => k.sentinel);
        return [
          ...(at.length > 0 && unaware.length > 0 ? [isUnaware(name, command, at, unaware)] : []),
          ...wrongNames(name, command, answering, known, missing),
        ];
      });
    });
    return judged(seen, missing);
  },
  files: renamedInFiles,
} satisfies Check;

/** The commands of Sentinel that a data node does not have by their own name. */
function goneAt({ dryrun, renamed = [] }: GatheredNode): string[] {
  const refused = Object.entries(dryrun.ok ? dryrun.value : {}).flatMap(([command, verdict]) =>
    isUnknownName(verdict) ? [(command.split(' ')[0] ?? '').toUpperCase()] : [],
  );
  // A server before 7.0 has no ACL DRYRUN.
  const unknown = renamed.filter((r) => r.as === r.command && isUnknownName(r.verdict));
  return [...new Set([...refused, ...unknown.map(({ command }) => command)])];
}

/** By which name a data node has a command; undefined where that is not known. */
const nameAt = (node: GatheredNode, command: string): string | undefined =>
  node.renamed?.find((r) => r.command === command && !isUnknownName(r.verdict))?.as ??
  renamedIn(node)?.get(command);

const isDisabled = (command: string, at: readonly GatheredNode[]): RawFinding => ({
  subject: idsOf(at),
  message: `${command} is disabled at ${listed(at.map((n) => n.id))}`,
  fix: at.flatMap((n) => [inFile(n), `# delete: rename-command ${command} ""`, `# and restart ${n.id}`]),
});

function isUnaware(
  name: string,
  command: string,
  at: readonly GatheredNode[],
  unaware: readonly GatheredSentinel[],
): RawFinding {
  const now = at.map((n) => nameAt(n, command)).find((n) => n);
  const told = unaware.map((s) =>
    cli(s, `SENTINEL SET ${name} rename-command ${command} ${now ?? `<the new name of ${command}>`}`),
  );
  return {
    subject: idsOf(at),
    message: `${listed(at.map((n) => n.id))} ${at.length === 1 ? 'does' : 'do'} not know ${command} by this name, but ${idsOf(unaware)} use${unaware.length === 1 ? 's' : ''} it`,
    fix:
      now === undefined
        ? [
            `# rename-command in the configuration file of ${idsOf(at)} has the new name:`,
            ...told.map((line) => `# ${line}`),
          ]
        : told,
  };
}

/** Names that sentinels were told, and that a data node does not have; a node that was not asked is missing. */
function wrongNames(
  name: string,
  command: string,
  nodes: readonly GatheredNode[],
  known: readonly { sentinel: GatheredSentinel; told: ReadonlyMap<string, string> | null }[],
  missing: string[],
): RawFinding[] {
  const names = [...new Set(known.flatMap(({ told }) => told?.get(command) ?? []))];
  return names.flatMap((as): RawFinding[] => {
    const verdicts = nodes.map((node) => ({
      node,
      verdict: node.renamed?.find((r) => r.command === command && r.as === as)?.verdict,
    }));
    missing.push(
      ...verdicts.flatMap(({ node, verdict }) =>
        verdict === undefined ? [`${node.id}: it did not say whether it has ${command} as ${as}`] : [],
      ),
    );
    const without = verdicts.filter(({ verdict }) => isUnknownName(verdict ?? '')).map(({ node }) => node);
    if (without.length === 0) return [];
    const callers = known.filter(({ told }) => told?.get(command) === as).map(({ sentinel }) => sentinel);
    // The one name that all of them have: where they differ, only their files help.
    const [right, ...others] = new Set(nodes.map((n) => nameAt(n, command)));
    return [
      {
        subject: idsOf(without),
        message: `${idsOf(callers)} call${callers.length === 1 ? 's' : ''} ${command} ${as}, a name that ${listed(without.map((n) => n.id))} ${without.length === 1 ? 'does' : 'do'} not have`,
        fix:
          right === undefined || others.length > 0
            ? without.flatMap((n) => [
                inFile(n),
                `# add: rename-command ${command} ${as}`,
                `# and restart ${n.id}`,
              ])
            : callers.map((s) => cli(s, `SENTINEL SET ${name} rename-command ${command} ${right}`)),
      },
    ];
  });
}
