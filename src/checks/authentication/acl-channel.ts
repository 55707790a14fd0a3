import { allowsHello } from '../../model/acl-rules.js';
import type { Gathered, GatheredSentinel } from '../../model/gathered.js';
import { HELLO_CHANNEL } from '../../model/users.js';
import type { Check, RawFinding } from '../check.js';
import { setUser } from '../fixes.js';
import { dataNodes, judged, readAll } from '../group.js';
import { judgeUserLines } from './acl-short.js';

export default {
  id: 'acl-channel',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'the sentinels’ user may not use the hello channel',
  consequence: 'the sentinels never find each other: 0 peers each, no quorum, no failover (measured)',
  explanation:
    'Sentinels find each other by publishing to __sentinel__:hello at the data nodes. Since Redis 7.0 a new ' +
    'user may use no channel (acl-pubsub-default resetchannels), so a rule with commands alone is not enough.',
  remedy: ['ACL SETUSER NAME &__sentinel__:hello at every data node'],
  sources: ['sentinel.c: SENTINEL_HELLO_CHANNEL', 'redis.conf: acl-pubsub-default', 'measured'],
  causes: [
    'no-quorum',
    'sentinels-few',
    'ghost-sentinel',
    'master-disagree',
    'sentinel-isolated',
    'sentinel-disconnected',
    'no-good-slave',
  ],
  live(gathered) {
    const { values, missing } = readAll(dataNodes(gathered), (n) => n.channels);
    const alone = aloneIn(gathered);
    const areAlone = alone.length > 1 && alone.length === gathered.sentinels.filter(isAnswering).length;
    const seen = values
      .filter(({ value }) => !allowsChannel(value, HELLO_CHANNEL))
      .map(
        ({ server, value }): RawFinding => ({
          subject: server.id,
          // They found none, and their connections that SUBSCRIBE is refused on count as no link.
          servers: (areAlone ? gathered.sentinels : alone).map((sentinel) => sentinel.id),
          ...(areAlone && { impact: 'no-failover' }),
          message: `the user ${server.sentinelsUser ?? 'of the sentinels'} may not use ${HELLO_CHANNEL}; its channels: ${value === '' ? 'none' : value}`,
          fix: setUser(server, [`&${HELLO_CHANNEL}`]),
        }),
      );
    return judged(seen, missing);
  },
  files: (project) =>
    judgeUserLines(project, (_line, rules, pubsubDefault) => {
      return allowsHello(rules, pubsubDefault)
        ? null
        : { says: 'may not use the channel __sentinel__:hello', lacks: [`&${HELLO_CHANNEL}`] };
    }),
} satisfies Check;

const isAnswering = ({ silence }: GatheredSentinel): boolean => silence === null;

/** The sentinels that know no other one of a master. */
const aloneIn = ({ sentinels, masterName }: Gathered): GatheredSentinel[] =>
  sentinels.filter(
    ({ masters }) =>
      masters.ok &&
      masters.value.some(
        (master) =>
          (masterName === null || master.name === masterName) &&
          master.sentinels.ok &&
          master.sentinels.value.length === 0,
      ),
  );

/** Whether a list of patterns, as ACL GETUSER gives them, allows a channel. */
const allowsChannel = (patterns: string, channel: string): boolean =>
  patterns
    .split(/\s+/)
    .filter((p) => p !== '')
    .map((p) => (p === 'allchannels' ? '*' : p.replace(/^&/, '')))
    .some((pattern) => globOf(pattern).test(channel));

/** Redis's own patterns, as far as a channel's name needs them: `*` and `?` (util.c, stringmatchlen). */
function globOf(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text.replaceAll('[', '\\[').replaceAll(']', '\\]')}$`, 's');
}
