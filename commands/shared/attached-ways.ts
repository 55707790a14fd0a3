import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Context } from '../../src/cli/context.js';
import type { AttachedWays } from '../../src/cluster/runtime.js';
import type { AuditedMaster } from '../../src/cluster/store/audit.js';
import type { Target } from '../../src/cluster/target.js';
import { stateHome } from '../../src/config/paths.js';
import { ATTACHED_HOSTS } from '../../src/drivers/registry.js';
import { refused } from '../../src/errors.js';
import { formatAddress, sameAddress } from '../../src/model/address.js';
import { majorityMaster } from '../../src/model/agreement.js';
import { type AttachedCluster, PRODUCTION } from '../../src/model/attached.js';
import { FORGETTING, othersAct } from '../../src/model/forgetting.js';
import { shellWord } from '../../src/model/secrets.js';
import type { Verdict } from '../../src/model/status.js';
import { accessSource } from './access.js';
import { lookDeadlineMs } from './deadline.js';
import { requireNamed } from './named.js';
import { storeOf, targetOf } from './target.js';

/**
 * What acts on attached clusters, for one command. Before it changes anything the state is shown and the cluster's name
 * is typed, or given as `--confirm`; neither `--yes` nor `--force` replaces that. What is allowed is written into the audit log.
 */
export function attachedWays(context: Context): AttachedWays {
  const allowed = new Set<string>();
  /** What was seen before the cluster is changed: once for a command, however often it is asked. */
  const seen = new Map<string, Promise<Seen>>();
  const ways: AttachedWays = {
    masterName: context.globals.masterName,
    access: accessSource(context),
    hosts: ATTACHED_HOSTS,
    async allow(record, what, does = what) {
      if (allowed.has(record.cluster)) return;
      if (record.readonly)
        throw refused('readonly', `${what} is refused: ${record.cluster} was attached with --readonly`, {
          why: 'nothing that changes it is done from here',
          hint:
            record.file === undefined
              ? `sentinelctl attach ${record.cluster} --sentinel-addrs ${record.sentinelAddrs.map(formatAddress).join(',')} # with the other options and without --readonly`
              : `cat ${shellWord(record.file.path)} # remove its line "readonly"`,
        });
      const before = await seenOf(record);
      await requireConfirmed(context, record, { what, does }, before);
      await writeDown(context, record, what, before);
      allowed.add(record.cluster);
    },
    async requireAlone(record, what) {
      const { others, master } = await seenOf(record);
      const insists = `${nameOf(record, master)}/${what}`;
      if (others.length > 0 && context.globals.confirm !== insists)
        throw othersAct(record.cluster, what, others, `--confirm ${insists}`);
    },
    async noteRollback(record, what) {
      await writeDown(context, record, what, await look(context, record));
    },
  };
  const seenOf = (record: AttachedCluster): Promise<Seen> => {
    const known = seen.get(record.cluster) ?? lookAround(context, record, ways);
    seen.set(record.cluster, known);
    return known;
  };
  return ways;
}

const named = (context: Context, { cluster }: AttachedCluster): Context => ({
  ...context,
  globals: { ...context.globals, cluster, clusterGiven: true, clusterFrom: 'flag', sentinelAddrs: null },
});

/** How the cluster is, for the audit log. */
interface Looked {
  verdict: Verdict;
  master: AuditedMaster;
}

/** What is known of the cluster before it is changed. */
interface Seen extends Looked {
  /** What else acts on it, one line each. */
  others: string[];
}

async function lookAround(context: Context, record: AttachedCluster, attached: AttachedWays): Promise<Seen> {
  const { clock, env, signal } = context;
  const [{ surveyOf }, { othersActing }, target] = await Promise.all([
    import('../../src/cluster/target.js'),
    import('../../src/cluster/others.js'),
    targetOf(named(context, record), undefined, record),
  ]);
  const asking = {
    clock,
    signal,
    access: await attached.access(record),
    deadlineMs: lookDeadlineMs(context),
  };
  const acting = { store: storeOf(context), env, attached };
  const [looked, others] = await Promise.all([
    look(context, record),
    surveyOf(target, asking).then((snapshot) => othersActing(acting, record, snapshot, asking)),
  ]);
  return { ...looked, others };
}

/** What is typed to confirm: of a cluster in production the master is named too, as it is now. */
const nameOf = ({ cluster, label }: AttachedCluster, master: AuditedMaster): string =>
  label === PRODUCTION && master !== null ? `${cluster}/${master.id}` : cluster;

async function look(context: Context, record: AttachedCluster): Promise<Looked> {
  // Most commands act on no attached cluster: what judges one is loaded where one is acted on.
  const [{ statusOf }, target] = await Promise.all([
    import('./status-of.js'),
    targetOf(named(context, record), undefined, record),
  ]);
  const [status, master] = await Promise.all([
    statusOf(named(context, record), target, context.signal),
    masterOf(context, target),
  ]);
  return { verdict: status.verdict, master };
}

/** The node that most sentinels name. */
async function masterOf(context: Context, target: Target): Promise<AuditedMaster> {
  const { surveyOf } = await import('../../src/cluster/target.js');
  const snapshot = await surveyOf(target, { clock: context.clock, deadlineMs: lookDeadlineMs(context) });
  const [group, ...others] = snapshot.groups;
  const address =
    group === undefined || others.length > 0 ? null : majorityMaster(snapshot, group.masterName);
  const node = group?.nodes.find(({ announce }) => sameAddress(announce, address));
  return node === undefined
    ? null
    : { id: node.id, address: formatAddress(node.announce), runId: node.answer?.runId ?? null };
}

async function requireConfirmed(
  { globals, prompts, progress }: Context,
  record: AttachedCluster,
  { what, does }: { what: string; does: string },
  { verdict, master, others }: Seen,
): Promise<void> {
  const { cluster } = record;
  const isStrict = record.label === PRODUCTION;
  const wanted = nameOf(record, master);
  progress({ type: 'note', level: 'info', text: `${verdict.word}  ${verdict.text}` });
  for (const text of others) progress({ type: 'note', level: 'warning', text });
  const why = `sentinelctl did not start it${isStrict ? ', and it is labelled production: its master is named too' : ''}`;
  // One that names a command besides confirms that one, and whatever needs less.
  const accepted = [wanted, ...FORGETTING.map((one) => `${wanted}/${one}`)];
  requireNamed(
    globals,
    globals.confirm !== null && accepted.includes(globals.confirm) ? accepted : [wanted],
    what,
    { why, ...(isStrict && { hint: `--confirm ${wanted}` }) },
  );
  if (globals.confirm !== null) return;
  if (prompts === null)
    throw refused('not-confirmed', `${what} is refused: ${cluster} was not named to confirm it`, {
      why: `${why}; --yes is for clusters that sentinelctl made`,
      hint: `--confirm ${wanted}`,
    });
  const typed = (await prompts.input(`${does}. Type ${wanted} to go on:`)).trim();
  if (typed !== wanted) throw refused('declined', `"${typed}" is not ${wanted}: nothing was done`);
}

/** In the audit log before it is done; its end when the command ends. */
async function writeDown(
  context: Context,
  record: AttachedCluster,
  what: string,
  { verdict, master }: Looked,
): Promise<void> {
  const { beginAudit, endAudit } = await import('../../src/cluster/store/audit.js');
  const { clock, env, line, atEnd } = context;
  const home = stateHome(env);
  const id = randomUUID();
  const { cluster } = record;
  const { masterName } = context.globals;
  const user = userInfo().username;
  const before = { verdict: verdict.word, master };
  await beginAudit(home, {
    id,
    atMs: clock.wallMs(),
    user,
    cluster,
    masterName,
    what,
    line: [...line],
    before,
  });
  atEnd(async (exitCode) => {
    const after = await targetOf(named(context, record))
      .then((target) => masterOf(context, target))
      .catch(() => null);
    await endAudit(home, id, { atMs: clock.wallMs(), exitCode, master: after });
  });
}
