import { type Clock, withDeadline } from '../../clock.js';
import { driverOf, withDriver } from '../../cluster/open.js';
import type { Runtime } from '../../cluster/runtime.js';
import type { Target } from '../../cluster/target.js';
import type { Driver, ForeignServer, ServerLife } from '../../drivers/driver.js';
import { messageOf } from '../../errors.js';
import { redactConf } from '../../model/conf.js';
import { DRIVER_NAMES, type DriverName, driverFacts } from '../../model/drivers.js';
import type { ConfText, Fields, GatheredServer, Got, Life } from '../../model/gathered.js';

/** How servers live, and their configuration files: for each one that was asked. */
export type Lives = (server: { id: string }) => Pick<GatheredServer, 'conf' | 'life'>;
type Known = Pick<GatheredServer, 'conf' | 'life'>;
type Server = Pick<GatheredServer, 'id' | 'endpoint' | 'info'>;

const no = (why: string): { ok: false; why: string } => ({ ok: false, why });
const NOT_OURS = no('not asked: not created by sentinelctl');

/**
 * Looks how servers live: ours through their driver, others where they are processes of this machine or containers of
 * its engine. Changes nothing. Never rejects: what cannot be read has its reason.
 */
export async function gatherLives(
  runtime: Runtime,
  target: Target,
  servers: readonly Server[],
  deadlineMs: number,
): Promise<Lives> {
  const known = new Map(
    target.kind === 'own'
      ? await livesOfOurs(runtime, target, deadlineMs)
      : await livesOfForeign(runtime, servers, deadlineMs),
  );
  return ({ id }) => known.get(id) ?? { conf: NOT_OURS, life: NOT_OURS };
}

async function livesOfOurs(
  runtime: Runtime,
  target: Extract<Target, { kind: 'own' }>,
  deadlineMs: number,
): Promise<[string, Known][]> {
  const { nodes, driver: name } = target.state.plan;
  const { clock } = runtime;
  try {
    return await withDriver(runtime, driverOf(target.state), (driver) =>
      Promise.all(
        nodes.map(async ({ id }): Promise<[string, Known]> => {
          const shown = confName(driver, name, target, id);
          const [conf, life] = await Promise.all([
            attempt(clock, deadlineMs, async (): Promise<Got<ConfText>> => {
              const text = await driver.host.readConf(id, { forShowing: true });
              return text === undefined
                ? no('it has no configuration: the node is gone')
                : { ok: true, value: { file: shown, text: redactConf(text) } };
            }),
            attempt(clock, deadlineMs, async (): Promise<Got<Life>> => {
              const life = await driver.host.life(id);
              return life === undefined ? no('the node is gone') : { ok: true, value: life };
            }),
          ]);
          return [id, { conf, life }];
        }),
      ),
    );
  } catch (error) {
    const why = no(messageOf(error));
    return nodes.map(({ id }) => [id, { conf: why, life: why }]);
  }
}

/** `redis-1:/data/redis.conf` for a container, the path alone for a process. */
function confName(
  driver: Driver,
  name: DriverName,
  target: Extract<Target, { kind: 'own' }>,
  id: string,
): string {
  const node = target.state.plan.nodes.find((n) => n.id === id);
  const path = node === undefined ? '' : driver.provisioner.paths(node).conf;
  return driverFacts(name).filesInNode ? `${id}:${path}` : path;
}

/** Every driver looks for the servers; where one cannot look, its reason stands for servers that no driver knows. */
async function livesOfForeign(
  runtime: Runtime,
  servers: readonly Server[],
  deadlineMs: number,
): Promise<[string, Known][]> {
  const foreign = servers.map(foreignServer);
  const found: (ServerLife | undefined)[] = [];
  const reasons: string[] = [];
  let isCut = false;
  for (const name of DRIVER_NAMES) {
    if (foreign.every((_, i) => found[i] !== undefined)) break;
    const looked = await attempt(runtime.clock, deadlineMs, async () => {
      const factory = await runtime.drivers[name]();
      return { ok: true as const, value: await factory.foreignLives(foreign, runtime.env) };
    });
    if (!looked.ok) {
      reasons.push(looked.why);
      isCut ||= looked.why === tooLate(deadlineMs);
    } else for (const [i, living] of looked.value.entries()) found[i] ??= living;
  }
  // What was not looked at to the end may well run here.
  const unseen = isCut
    ? no(
        `whether it is a process of this machine or a container of its Docker Engine was not found out: ${reasons.join('; ')}`,
      )
    : no(['not a process of this machine or a container of its Docker Engine', ...reasons].join('; '));
  return servers.map(({ id }, i) => {
    const living = found[i];
    if (living === undefined) return [id, { conf: unseen, life: unseen }];
    const { conf, life } = living;
    const shown: Got<ConfText> = conf.ok
      ? { ok: true, value: { ...conf.value, text: redactConf(conf.value.text) } }
      : conf;
    return [id, { conf: shown, life: { ok: true, value: life } }];
  });
}

function foreignServer({ endpoint, info }: Server): ForeignServer {
  const fields: Fields = info.ok ? info.value : {};
  return {
    endpoint,
    pid: Number(fields.process_id) || null,
    conf: fields.config_file || null,
  };
}

const tooLate = (deadlineMs: number): string => `no answer within ${deadlineMs} ms`;

async function attempt<T>(clock: Clock, deadlineMs: number, work: () => Promise<Got<T>>): Promise<Got<T>> {
  try {
    return await withDeadline(clock, deadlineMs, work(), () => new Error(tooLate(deadlineMs)));
  } catch (error) {
    return no(messageOf(error));
  }
}
