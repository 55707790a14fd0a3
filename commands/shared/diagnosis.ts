import type { Beyond } from '../../src/checks/beyond.js';
import type { DiagnoseOptions, DoctorResult } from '../../src/checks/index.js';
import type { Context } from '../../src/cli/context.js';
import type { Target } from '../../src/cluster/target.js';
import { OperatorError, refused, usageError } from '../../src/errors.js';
import { formatAddress } from '../../src/model/address.js';
import type { Gathered, GatheredServer } from '../../src/model/gathered.js';
import { ctl } from '../../src/model/hints.js';
import type { StatusResult } from '../../src/model/status.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { type Acceptance, acceptedAt } from './acceptance.js';
import { appSource } from './app-source.js';
import { lookDeadlineMs } from './deadline.js';
import { runtimeOf } from './runtime.js';
import { targetOf } from './target.js';

/** What `doctor` is to look at: a cluster, with the application's side where that is asked for. */
export interface ClusterQuestion extends DiagnoseOptions {
  masterName: string | null;
  /** Milliseconds; null: do not watch. */
  watchForMs: number | null;
  /** This shell's settings, or those of a container; null: not the application's side. */
  app: true | { container: string } | null;
  /** Servers that are gone for good, by id or address. */
  gone?: readonly string[];
  /**
   * With `--fix`: which of `gone` may be forgotten already, so that a fix that was interrupted can be typed again.
   * `addresses`: those that are typed as addresses, with a note; `all`: after a repair of the same call, which said so.
   */
  forgotten?: 'addresses' | 'all' | undefined;
  /** What is accepted by this call; absent: nothing new. */
  acceptance?: Acceptance;
}

/** Gathers and judges a cluster. */
export async function diagnoseCluster(context: Context, question: ClusterQuestion): Promise<DoctorResult> {
  const { diagnose } = await import('../../src/checks/index.js');
  const target = await targetFor(context, question.masterName, question.app !== null);
  // Before the servers are asked: what cannot be accepted is said at once.
  const accepted = await acceptedAt(context, target, question.acceptance ?? { accept: [], unaccept: [] });
  const gathered = await gatherFor(context, target, question);
  return diagnose(gathered, await checksFor(question), { ...question, accepted });
}

/** What `doctor` finds beyond a status of the same cluster. */
export async function findingsBeyond(
  context: Context,
  target: Target,
  { problems }: StatusResult,
): Promise<Beyond> {
  const [{ diagnose }, { beyond }] = await Promise.all([
    import('../../src/checks/index.js'),
    import('../../src/checks/beyond.js'),
  ]);
  const question: ClusterQuestion = { masterName: null, watchForMs: null, app: null };
  const accepted = await acceptedAt(context, target, { accept: [], unaccept: [] });
  const gathered = await gatherFor(context, target, question, false);
  return beyond(problems, diagnose(gathered, await checksFor(question), { ...question, accepted }));
}

/** Asks every server, and at the same time the application's side. */
async function gatherFor(
  context: Context,
  target: Target | null,
  { app, gone = [], forgotten, watchForMs }: ClusterQuestion,
  writes = true,
): Promise<Gathered> {
  const { clock, signal } = context;
  const asking = { clock, signal, deadlineMs: lookDeadlineMs(context) };
  const [gathered, side] = await Promise.all([
    gatherTarget(context, target, { ...asking, watchForMs, writes }),
    app === null ? null : gatherSide(context, app, target, asking),
  ]);
  const isForgotten = (name: string): boolean =>
    (forgotten === 'all' || (forgotten === 'addresses' && name.includes(':'))) && !isListed(gathered, name);
  const left = gone.filter((name) => !isForgotten(name));
  if (forgotten === 'addresses')
    for (const name of gone.filter(isForgotten))
      context.progress({ type: 'note', level: 'info', text: `${name} is forgotten: no server lists it` });
  for (const name of left) requireGone(gathered, name);
  return { ...gathered, ...(left.length > 0 && { gone: left }), app: side };
}

const isCalled =
  (name: string) =>
  ({ id, announce }: GatheredServer): boolean =>
    id === name || formatAddress(announce) === name;

/** Whether a server was asked, or a sentinel lists it. */
function isListed(gathered: Gathered, name: string): boolean {
  const listed = gathered.sentinels
    .flatMap((s) => (s.masters.ok ? s.masters.value : []))
    .flatMap((m) =>
      [m.replicas, m.sentinels].flatMap((list) =>
        list.ok ? list.value.map((r) => `${r.ip}:${r.port}`) : [],
      ),
    );
  return [...gathered.nodes, ...gathered.sentinels].some(isCalled(name)) || listed.includes(name);
}

/** Throws `not-gone` (3) for a server that answers, `node-unknown` (64) for one that no list has. */
function requireGone(gathered: Gathered, name: string): void {
  const servers = [...gathered.nodes, ...gathered.sentinels];
  const server = servers.find(isCalled(name));
  if (server?.silence === null)
    throw refused('not-gone', `${name} answers: it is not gone`, {
      hint: ctl(gathered, 'doctor'),
    });
  if (!isListed(gathered, name))
    throw usageError('node-unknown', `no server ${name} is known here`, {
      why: `known: ${servers.map((s) => s.id).join(', ')}`,
      hint: ctl(gathered, 'doctor'),
    });
}

type Asking = { clock: Context['clock']; signal: AbortSignal; deadlineMs: number };

/** The application's settings can be checked without a cluster. */
async function targetFor(
  context: Context,
  masterName: string | null,
  mayLack: boolean,
): Promise<Target | null> {
  const { globals } = context;
  // Of the application a password is asked for by the same options.
  const asked = mayLack ? { ...context, globals: { ...globals, accessOptions: [] } } : context;
  try {
    return await targetOf(asked, masterName);
  } catch (error) {
    const lacks = error instanceof OperatorError && error.code === 'cluster-unknown';
    if (mayLack && lacks && !globals.clusterGiven) return null;
    throw error;
  }
}

async function gatherTarget(
  context: Context,
  target: Target | null,
  request: Asking & { watchForMs: number | null; writes: boolean },
): Promise<Gathered> {
  const { gather, nothingGathered } = await import('../../src/checks/gather/gather.js');
  if (target === null) return nothingGathered('no cluster exists here');
  return gather(runtimeOf(context), target, request);
}

async function gatherSide(
  context: Context,
  app: true | { container: string },
  target: Target | null,
  asking: Asking,
): Promise<Gathered['app']> {
  const { gatherApp } = await import('../../src/checks/gather/app-side.js');
  return gatherApp(await appSource(context, app, target), {
    ...asking,
    access: target?.access ?? OPEN_ACCESS,
  });
}

/** The application's side is judged where it is asked for, or named by `--only`. */
async function checksFor({ app, only }: ClusterQuestion) {
  const { CHECKS } = await import('../../src/checks/index.js');
  return CHECKS.filter(
    (check) => only?.includes(check.id) === true || app !== null || check.group !== 'application',
  );
}

/** Reads and judges configuration files, a compose file and Kubernetes manifests. */
export async function diagnoseFiles(
  context: Context,
  files: { configs: string[]; compose: string | null; kube: string[] },
  options: DiagnoseOptions,
): Promise<DoctorResult> {
  const [{ readProject }, { CHECKS, diagnoseFiles: judgeFiles }] = await Promise.all([
    import('../../src/checks/gather/project/read-project.js'),
    import('../../src/checks/index.js'),
  ]);
  return judgeFiles(
    await readProject({ ...files, env: context.env, nowMs: context.clock.wallMs() }),
    CHECKS,
    options,
  );
}
