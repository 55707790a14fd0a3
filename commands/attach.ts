import { relative } from 'node:path';
import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { defaultsOf } from '../src/cli/option.js';
import { openStore, type Store } from '../src/cluster/store/state.js';
import type { FileCluster } from '../src/config/files.js';
import { badValue } from '../src/config/parsers.js';
import { stateHome } from '../src/config/paths.js';
import { EXIT, usageError } from '../src/errors.js';
import { wayOf } from '../src/model/attached.js';
import { clusterLines } from '../src/model/cluster-lines.js';
import { NEEDED, PURPOSES, type Purpose, rulesFor } from '../src/model/operator-rights.js';
import { CLUSTER_NAME } from '../src/model/spec.js';
import { verdictDocument } from '../src/report/documents.js';
import { type AclResult, aclText } from '../src/report/text/acl.js';
import { type AttachResult, attachText } from '../src/report/text/attach.js';
import { type LinesResult, linesText } from '../src/report/text/cluster-lines.js';
import { afterAttach, definitionOf } from './shared/attach-by.js';
import { ATTACH_OPTIONS, type AttachOptions } from './shared/attach-options.js';
import { checkedCommands } from './shared/checked-commands.js';
import { attachFromFile, inFile, placeOf } from './shared/file-clusters.js';
import { attachPublished, publishedOf } from './shared/map-published.js';
import { statusOf } from './shared/status-of.js';
import { targetOf } from './shared/target.js';

type Result = AttachResult | AclResult | LinesResult;

/** How it is typed: only the user knows the values. */
const FORM = 'sentinelctl attach NAME --sentinel-addrs HOST:PORT';

export default defineCommand({
  description:
    'Finds a cluster that sentinelctl did not start through any one of its sentinels: its other sentinels, its masters, and\n' +
    'their replicas. It is written down under NAME, which --cluster, use and list then take; nothing is changed there. A\n' +
    'password is never written down, only where it is: --password-file, --password-env or --password-command. Servers are\n' +
    'named redis-1, redis-2, … in the order of their addresses; a server that moves keeps its name. Run it again to take in\n' +
    'servers that were added; without --sentinel-addrs it takes what is written down, and what is typed now besides.',
  examples: [
    'sentinelctl attach staging --sentinel-addrs 127.0.0.1:26379',
    'sentinelctl attach shop --sentinel-addrs 127.0.0.1:26379 --readonly --label production',
    'sentinelctl attach shop --sentinel-addrs 127.0.0.1:26379 --via systemd --unit redis-server@{port}',
    'sentinelctl attach shop --sentinel-addrs 127.0.0.1:26379 --map 172.18.0.2:6379=127.0.0.1:16379',
    'sentinelctl attach shop --print-acl --for failover-test',
    'sentinelctl attach shop --sentinel-addrs 127.0.0.1:26379 --password-env SHOP_PASSWORD --print-yaml',
  ],
  arguments: [
    argument.required('NAME', {
      summary: 'what the cluster is called here from now on',
      form: FORM,
    }),
  ],
  options: ATTACH_OPTIONS,
  async run(context, { args: [name], options: typed }): Promise<Result> {
    if (!CLUSTER_NAME.test(name))
      throw badValue('NAME', name, 'a name: 1 to 40 of a-z, 0-9, - and _', 'staging', FORM);
    const { globals, signal } = context;
    if (typed.printAcl) return aclFor(typed.for ?? PURPOSES[0], globals);
    if (typed.for !== undefined)
      throw usageError('contradiction', '--for goes with --print-acl', {
        hint: `sentinelctl attach ${name} --print-acl --for ${typed.for}`,
      });
    const store = openStore(stateHome(context.env));
    const entry = inFile(globals, name);
    if (entry !== undefined) requireUntyped(context, typed, entry);
    const before = entry === undefined ? await store.attached(name) : undefined;
    const define = () => definitionOf(context, name, typed, before);
    if (typed.printYaml) {
      const { sources: access, ...written } = await define();
      return { clusters: { [name]: clusterLines({ ...written, access }, shortPath) } };
    }
    const attached =
      entry === undefined
        ? await attachPublished(context, store, await define(), typed.mapPublished)
        : await fromFile(context, store, entry);
    try {
      const named = {
        ...context,
        globals: { ...globals, cluster: name, clusterGiven: true, sentinelAddrs: null },
      };
      const { verdict } = await statusOf(named, await targetOf(named), signal);
      const commands = typed.check ? await checkedCommands(named, attached.record) : [];
      return { ...attached, verdict, commands };
    } catch (error) {
      throw afterAttach(error, name);
    }
  },
  render: (result, view) =>
    'record' in result
      ? attachText(result, view)
      : 'clusters' in result
        ? linesText(result)
        : aclText(result),
  exitCode: (result) =>
    'record' in result && result.commands.some(({ why }) => why !== null) ? EXIT.violated : EXIT.ok,
  toJson: (result) => {
    if (!('record' in result)) return result;
    const { record, again, masters, unreached, published, notHere, verdict, commands } = result;
    return {
      cluster: record.cluster,
      again,
      masters,
      servers: record.servers,
      unreached,
      ...(published.length > 0 && { published }),
      way: wayOf(record),
      notHere,
      readonly: record.readonly,
      label: record.label,
      verdict: verdictDocument(verdict),
      ...(commands.length > 0 && { commands }),
    };
  },
  rows: {
    columns: ['id', 'kind', 'host', 'port', 'masters'],
    of: (result) =>
      ('record' in result ? result.record.servers : []).map(({ id, kind, announce, masterNames }) => ({
        id,
        kind,
        host: announce.host,
        port: announce.port,
        masters: masterNames.join(','),
      })),
  },
});

/** What the file says is recorded; published ports are only found, for a line `map` there. */
async function fromFile(context: Context, store: Store, entry: FileCluster) {
  const attached = await attachFromFile(context, store, entry);
  return { ...attached, published: await publishedOf(context, attached) };
}

/** Below the working directory as a team has it, elsewhere as it is. */
function shortPath(path: string): string {
  const short = relative('', path);
  return short.startsWith('..') ? path : short;
}

/** What the project's file has is changed there: it wins over what is typed. Throws usageError `contradiction`. */
function requireUntyped({ globals }: Context, typed: AttachOptions, entry: FileCluster): void {
  const { check: _, ...given } = typed;
  const { check: __, ...defaults } = defaultsOf(ATTACH_OPTIONS);
  const isTyped =
    globals.accessOptions.length > 0 ||
    globals.sentinelAddrsFrom === 'flag' ||
    JSON.stringify(given) !== JSON.stringify(defaults);
  if (!isTyped) return;
  throw usageError(
    'contradiction',
    `cluster "${entry.name}" is in ${placeOf(entry)}: its options are changed there`,
    {
      why: 'what the file says wins over what attach is given',
      hint: `sentinelctl attach ${entry.name} # takes in servers that were added`,
    },
  );
}

/** The user that is made for sentinelctl where none is named. */
const MADE_USER = 'sentinelctl';

/** The rules of a user for a purpose; nothing is asked. */
const aclFor = (purpose: Purpose, { username, sentinelUsername }: Context['globals']): AclResult => {
  const user = username ?? MADE_USER;
  const { redis, sentinel } = NEEDED[purpose];
  return {
    purpose,
    acl: {
      redis: { user, rules: rulesFor(redis) },
      sentinel: { user: sentinelUsername ?? user, rules: rulesFor(sentinel) },
    },
  };
};
