import { editDistance, nearest } from '../../model/nearest.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { commandFault, seriesOf } from '../files/acl-rules.js';
import type { Directive } from '../files/conf.js';
import { merged } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { lastOf, place } from '../files/settings.js';

/** Categories of Redis 7.0 to 8.2 and Valkey 8.1 (acl.c, ACLDefaultCommandCategories). */
const OWN_CATEGORIES = new Set(
  (
    'all keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow ' +
    'blocking dangerous connection transaction scripting'
  ).split(' '),
);
/** And those of Redis 8's modules. */
const CATEGORIES = new Set([
  ...OWN_CATEGORIES,
  ...'search json timeseries bloom cuckoo cms topk tdigest'.split(' '),
]);
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
    'categories that ACL CAT lists and the commands that COMMAND LIST lists, and stops at any other; a sentinel has ' +
    'few of them. Subcommands are checked since Redis 7.0. A renamed command keeps its original name here. No category covers what Sentinel ' +
    'sends: allow its user each command by name.',
  remedy: ['ACL CAT lists the categories, COMMAND LIST the commands; one is allowed with +command'],
  sources: [
    'acl.c: ACLLoadConfiguredUsers, ACLSetSelector, ACLDefaultCommandCategories',
    'https://github.com/redis/redis/issues/12055',
    'measured: Redis 7.0.15 and 8.0.2, Valkey 8.1.1',
  ],
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
          .flatMap((d) => [...wrongRules(server, d), ...wrongCommands(server, d)]);
      }),
    );
  },
} satisfies Check;

/** What the documentation gives the sentinels' user, where its line tries a category that does not exist. */
const SENTINELS =
  'allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill';

function wrongRules(server: FileServer, line: Directive): RawFinding[] {
  const [user = '', ...rules] = line.args;
  const known = seriesOf(server);
  // The image of Redis 8 has the modules in it.
  const hasModules = known === null || (known.engine === 'redis' && known.series[0] >= 8);
  const categories = hasModules ? CATEGORIES : OWN_CATEGORIES;
  return rules.flatMap((rule): RawFinding[] => {
    const category = /^\(?[+-]@([^)]*)\)?$/.exec(rule)?.[1]?.toLowerCase();
    if (
      category === undefined ? WORDS.has(rule.toLowerCase()) || SIGNED.test(rule) : categories.has(category)
    )
      return [];
    const meant = category === undefined ? undefined : nearest(category, categories);
    const isClose = meant !== undefined && editDistance(category ?? '', meant) <= 2;
    return [
      {
        subject: server.id,
        message:
          category === undefined
            ? `user ${user}: a rule that begins neither with a known word nor with a sign: the server exits at start`
            : `user ${user}: ACL category @${category} does not exist: the server exits at start`,
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

/** The commands of one user line that the server does not have. */
function wrongCommands(server: FileServer, line: Directive): RawFinding[] {
  const [user = '', ...rules] = line.args;
  const faults = rules.flatMap((rule) => {
    const fault = commandFault(rule, server);
    return fault !== null && 'wrong' in fault ? [{ rule, why: fault.wrong }] : [];
  });
  const [first] = faults;
  if (first === undefined) return [];
  const others = faults.slice(1).map(({ rule }) => rule);
  return [
    {
      subject: server.id,
      message: `user ${user}: ${first.why}${others.length === 0 ? '' : `, as with ${listed(others)}`}: the server exits at start`,
      fix: [
        server.kind === 'sentinel'
          ? `user ${user} … ${AT_SENTINELS}`
          : `user ${user} … (without ${listed(faults.map(({ rule }) => rule))}; COMMAND LIST lists the commands)`,
      ],
      at: place(line),
    },
  ];
}

/** What the documentation gives a user of the sentinels themselves, and the hellos that they send each other. */
const AT_SENTINELS =
  '-@all +auth +client|getname +client|id +client|setname +command +hello +ping +role +sentinel|get-master-addr-by-name +sentinel|master +sentinel|myid +sentinel|replicas +sentinel|sentinels +sentinel|is-master-down-by-addr +publish &__sentinel__:hello';
