import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import type { Store } from '../src/cluster/store/state.js';
import type { Target } from '../src/cluster/target.js';
import { type Address, formatAddress, sameAddress } from '../src/model/address.js';
import { majorityMaster } from '../src/model/agreement.js';
import { addressMapOf, sentinelNodes } from '../src/model/plan.js';
import { APP } from '../src/model/users.js';
import { masterNameOf } from '../src/model/which-master.js';
import { type EnvResult, envText } from '../src/report/env.js';
import { lookDeadlineMs } from './shared/deadline.js';
import { storeOf, targetOf } from './shared/target.js';

type AppAccess = Pick<
  EnvResult,
  'REDIS_USERNAME' | 'REDIS_SENTINEL_USERNAME' | 'REDIS_PASSWORD_FILE' | 'REDIS_CA_FILE'
>;

/** What an application's own access to an attached cluster is, nothing here says. */
const ACCESS_UNKNOWN: AppAccess = {
  REDIS_USERNAME: null,
  REDIS_SENTINEL_USERNAME: null,
  REDIS_PASSWORD_FILE: null,
  REDIS_CA_FILE: null,
};

/** Where an application has its user, its password and the authority from, at a cluster that sentinelctl made. */
function accessOfApp(store: Store, { state, access }: Extract<Target, { kind: 'own' }>): AppAccess {
  const { spec } = state.plan;
  const paths = store.secretPaths(spec.cluster);
  const user = spec.acl === true ? APP : null;
  return {
    REDIS_USERNAME: user,
    REDIS_SENTINEL_USERNAME: user,
    REDIS_PASSWORD_FILE:
      user !== null ? paths.userPassword(user) : access.redis.password ? paths.password : null,
    REDIS_CA_FILE: spec.tls === true ? paths.ca : null,
  };
}

export default defineCommand({
  description:
    'The output never contains a password: REDIS_PASSWORD_FILE names the file that does, and connect() of the library reads it.',
  examples: ['sentinelctl env', 'eval "$(sentinelctl env --export)"', 'sentinelctl env --json'],
  options: { export: option.flag('--export', { summary: 'print export NAME=value lines for a shell' }) },
  async run(context, { options }) {
    const target = await targetOf(context);
    const { ctlOf, requireAnswer, surveyOf } = await import('../src/cluster/target.js');
    const snapshot = await surveyOf(target, {
      clock: context.clock,
      signal: context.signal,
      deadlineMs: lookDeadlineMs(context),
    });
    requireAnswer(target, snapshot);
    const plan = target.kind === 'own' ? target.state.plan : null;
    // For an attached cluster only its sentinels know which names are valid.
    const masterName =
      target.kind === 'own'
        ? target.state.plan.spec.masterName
        : masterNameOf(snapshot, target.masterName, ctlOf(target));
    const sentinels =
      plan === null ? snapshot.sentinels.map((s) => s.endpoint) : sentinelNodes(plan).map((n) => n.endpoint);
    const master = majorityMaster(snapshot, masterName);
    const servers = plan?.nodes ?? [...snapshot.sentinels, ...snapshot.groups.flatMap((g) => g.nodes)];
    const reachable = (address: Address): Address =>
      servers.find((n) => sameAddress(n.announce, address))?.endpoint ?? address;
    // A created cluster's record says whether clients reach the announced addresses.
    const moved = servers.filter((n) => !sameAddress(n.announce, n.endpoint));
    const routable = target.kind === 'own' ? target.state.routable : moved.length === 0;
    const scheme = target.access.redis.tls ? 'rediss' : 'redis';
    return {
      REDIS_SENTINEL_ADDRS: sentinels.map(formatAddress).join(','),
      REDIS_MASTER_NAME: masterName,
      REDIS_URL: master === null ? null : `${scheme}://${formatAddress(reachable(master))}`,
      natMap: routable ? null : addressMapOf({ nodes: plan === null ? moved : plan.nodes }),
      needsPassword: Boolean(target.access.redis.password),
      ...(target.kind === 'own' ? accessOfApp(storeOf(context), target) : ACCESS_UNKNOWN),
      format: options.export ? 'export' : 'dotenv',
    } satisfies EnvResult;
  },
  render: envText,
  rows: {
    columns: ['REDIS_SENTINEL_ADDRS', 'REDIS_MASTER_NAME', 'REDIS_URL', 'needsPassword'],
    of: (env) => [env],
  },
  toJson: ({ format: _format, ...document }) => document,
});
