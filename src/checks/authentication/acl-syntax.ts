import { editDistance, nearest } from '../../model/nearest.js';
import type { Check, RawFinding } from '../check.js';
import type { Directive } from '../files/conf.js';
import { merged } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { lastOf, place } from '../files/settings.js';

/** Categories of Redis 7.0 to 8.2 and Valkey 8.1 (acl.c, ACLDefaultCommandCategories), and those of Redis 8's modules. */
const CATEGORIES = new Set(
  (
    'all keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow ' +
    'blocking dangerous connection transaction scripting search json timeseries bloom cuckoo cms topk tdigest'
  ).split(' '),
);
/** Rules that are one word (acl.c, ACLSetUser and ACLSetSelector). */
const WORDS = new Set(
  (
    'on off nopass resetpass reset skip-sanitize-payload sanitize-payload allkeys resetkeys allchannels resetchannels ' +
    'allcommands nocommands clearselectors alldbs resetdbs'
  ).split(' '),
);
/** Rules that begin with a sign; `(redacted)` stands for a password that was read. */
const SIGNED = /^([><#!~&(]|%[RWrw]+~|[+-][a-z@]|db=)/i;

export default {
  id: 'acl-syntax',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'a rule of a user that the server does not know',
  consequence:
    'the server stops with "Critical error while loading ACLs" or "Error in user declaration", and with a restart policy again and again',
  explanation:
    'A user line is a list of rules: on, >password, ~keys, &channels, +command, +@category. The server knows the ' +
    'categories that ACL CAT lists and stops at any other. There is no category for Sentinel: its user needs the ' +
    'commands by name.',
  remedy: ['ACL CAT lists the categories; a command is allowed with +command'],
  sources: ['acl.c: ACLLoadConfiguredUsers, ACLSetSelector, ACLDefaultCommandCategories'],
  causes: ['acl-short', 'acl-channel'],
  files(project) {
    if (!project.servers.some((s) => s.directives.some((d) => d.name === 'user')))
      return { skip: 'no user line was given', applies: false };
    return merged(
      project.servers.flatMap((server) => {
        // A module brings categories of its own.
        if (lastOf(server, 'loadmodule') !== undefined) return [];
        return server.directives
          .filter((d) => d.name === 'user' && d.open !== true)
          .flatMap((d) => wrongRules(server, d));
      }),
    );
  },
} satisfies Check;

/** What the documentation gives the sentinels' user, where its line tries a category that there is not. */
const SENTINELS =
  'allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill';

function wrongRules(server: FileServer, line: Directive): RawFinding[] {
  const [user = '', ...rules] = line.args;
  return rules.flatMap((rule): RawFinding[] => {
    const category = /^[+-]@(.*)$/.exec(rule)?.[1]?.toLowerCase();
    if (
      category === undefined ? WORDS.has(rule.toLowerCase()) || SIGNED.test(rule) : CATEGORIES.has(category)
    )
      return [];
    const meant = category === undefined ? undefined : nearest(category, CATEGORIES);
    const isClose = meant !== undefined && editDistance(category ?? '', meant) <= 2;
    return [
      {
        subject: server.id,
        message:
          category === undefined
            ? `user ${user}: a rule that begins neither with a known word nor with a sign: the server exits at start`
            : `user ${user}: there is no ACL category @${category}: the server exits at start`,
        fix: [
          isClose
            ? `user ${user} … ${rule.charAt(0)}@${meant} …`
            : category !== undefined && /sentinel/.test(`${category} ${user}`)
              ? `user ${user} on ><its password> ${SENTINELS}`
              : `user ${user} … (without ${category === undefined ? 'that rule' : `${rule.charAt(0)}@${category}`}; ACL CAT lists the categories)`,
        ],
        at: place(line),
      },
    ];
  });
}
