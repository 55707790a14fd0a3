import type { GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels, viewsOf } from '../evidence.js';
import { renamedInFiles } from '../files/renamed.js';
import { allOf, sentinelLines } from '../files/settings.js';
import { inFile } from '../fixes.js';
import { groupsOf, idsOf, judged, readAll } from '../group.js';
import { linesOf } from '../sentinels.js';

/** Old name → new name, in upper case; an empty one is a disabled command. null where the file cannot be read. */
function renamedIn(node: GatheredNode): Map<string, string> | null {
  const lines = linesOf(node);
  if (lines === null) return null;
  return new Map(
    allOf(lines, 'rename-command').map(({ args }) => [(args[0] ?? '').toUpperCase(), args[1] ?? '']),
  );
}

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
      const gone = values.flatMap(({ server, value }) =>
        Object.entries(value).flatMap(([command, verdict]) =>
          /not found/.test(verdict) ? [{ server, command: (command.split(' ')[0] ?? '').toUpperCase() }] : [],
        ),
      );
      const commands = [...new Set(gone.map((g) => g.command))];
      return commands.flatMap((command): RawFinding[] => {
        const at = gone.filter((g) => g.command === command).map((g) => g.server);
        const known = viewsOf(gathered, name).map(({ sentinel }) => {
          const lines = linesOf(sentinel);
          const knows =
            lines &&
            sentinelLines(lines, 'rename-command', name).some((d) => d.args[2]?.toUpperCase() === command);
          return { sentinel, knows };
        });
        const unaware = known.filter((t) => t.knows === false).map((t) => t.sentinel);
        const unread = known.filter((t) => t.knows === null).map((t) => t.sentinel);
        // A sentinel does not report the new names; only its file shows them.
        if (unaware.length === 0) {
          if (known.length === 0) missing.push(`${name}: no sentinel reports it`);
          missing.push(...unread.map((s) => `${s.id}: ${s.conf.ok ? '' : s.conf.why}`));
          return [];
        }
        const names = at.map((n) => renamedIn(n)?.get(command));
        const taken = at.filter((n) => renamedIn(n)?.get(command) === '');
        const now = names.find((n) => n) ?? `<the new name of ${command}>`;
        return [
          {
            subject: idsOf(at),
            message: `${listed(at.map((n) => n.id))} ${at.length === 1 ? 'does' : 'do'} not know ${command} by this name, but ${idsOf(unaware)} use${unaware.length === 1 ? 's' : ''} it`,
            fix:
              taken.length > 0
                ? taken.flatMap((n) => [
                    inFile(n),
                    `# delete: rename-command ${command} ""`,
                    `# and restart ${n.id}`,
                  ])
                : unaware.map((s) => cli(s, `SENTINEL SET ${name} rename-command ${command} ${now}`)),
          },
        ];
      });
    });
    return judged(seen, missing);
  },
  files: renamedInFiles,
} satisfies Check;
