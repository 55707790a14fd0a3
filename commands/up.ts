import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { lastingClusters } from '../src/cli/which-cluster.js';
import { stateHome } from '../src/config/paths.js';
import { readSecret } from '../src/config/secret.js';
import { usageError } from '../src/errors.js';
import { formatAddress } from '../src/model/address.js';
import { type ClusterSpec, completeSpec, specFaults } from '../src/model/spec.js';
import { listed } from '../src/model/words.js';
import { upText } from '../src/report/text/up.js';
import { UP_ROWS } from '../src/report/tsv.js';
import { runtimeOf } from './shared/runtime.js';
import {
  driverOf,
  givenOf,
  SETTING_OPTIONS,
  SPEC_OPTIONS,
  securityOf,
  UP_OPTIONS,
} from './shared/up-options.js';

export default defineCommand({
  description:
    'Starts one master, replicas and sentinels, as containers or as plain processes, and returns when every sentinel\n' +
    'knows every replica and every other sentinel. Changes nothing on a cluster that is up, and completes one that is\n' +
    'partly up. --tls makes an authority and a certificate for each server, and disables connections without TLS; --acl\n' +
    'makes users for replication, for the sentinels, for the application, and for operators who look or act, each with a\n' +
    'password of its own. Later commands need no option: what they need is in the cluster’s directory, mode 0600.',
  examples: [
    'sentinelctl up',
    'sentinelctl up --driver process --port auto --sentinel-port auto',
    'sentinelctl up --cluster staging --replicas 4 --sentinels 5 --quorum 3 --down-after 2s --port auto --sentinel-port auto',
    'sentinelctl up --cluster apart --loopback own --port auto --sentinel-port auto',
    'sentinelctl up --driver docker --image host',
    'sentinelctl up --cluster guarded --secure --port auto --sentinel-port auto',
  ],
  options: UP_OPTIONS,
  async run(context, { options }) {
    const { accessOptions, cluster, masterName, passwordFile, sentinelAddrs, sentinelAddrsFrom } =
      context.globals;
    if (sentinelAddrs !== null && sentinelAddrsFrom === 'flag') {
      throw usageError('not-for-up', 'up creates a cluster: --sentinel-addrs is for attached ones', {
        hint: `sentinelctl status --sentinel-addrs ${sentinelAddrs.map(formatAddress).join(',')}`,
      });
    }
    const [foreign] = accessOptions.filter((option) => !['--password-file', '--tls'].includes(option));
    if (foreign !== undefined)
      throw usageError('not-for-up', `up creates a cluster: ${foreign} is for attached ones`, {
        hint: 'sentinelctl up --help # --password-file, --tls, --acl and --secure protect a new cluster',
      });
    const given = {
      ...givenOf(SPEC_OPTIONS, options),
      ...securityOf(options, accessOptions),
      ...(masterName !== null && { masterName }),
    };
    const spec: ClusterSpec = completeSpec({ ...given, cluster });
    const fault = specFaults(spec)[0];
    if (fault !== undefined)
      throw usageError('bad-spec', `${fault.option}: ${fault.message}`, { hint: fault.hint });
    await noteOthers(context);
    const password = passwordFile === null ? undefined : await readSecret(passwordFile);
    const { up } = await import('../src/cluster/up/up.js');
    return up(runtimeOf(context), {
      spec,
      given,
      driver: driverOf(options),
      givenSettings: givenOf(SETTING_OPTIONS, options),
      password,
    });
  },
  render: (result, view) => upText(result, view),
  rows: UP_ROWS,
});

/** Where no name was given, the cluster that is meant may be another one that is known. */
async function noteOthers({ env, globals, progress }: Context): Promise<void> {
  const { cluster, clusterFrom, fileClusters } = globals;
  if (clusterFrom !== 'default') return;
  const known = await lastingClusters(stateHome(env), fileClusters);
  if (known.length === 0 || known.includes(cluster)) return;
  const text = `up creates the cluster "${cluster}", because no name was given; it does not touch ${listed(known)} (--cluster NAME is for one of them)`;
  progress({ type: 'note', level: 'info', text });
}
