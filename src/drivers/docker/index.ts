import { messageOf, OperatorError } from '../../errors.js';
import type { DriverFactory, Probe } from '../driver.js';
import { foreignLivesIn } from './containers/foreign.js';
import { askEngine, connectEngine, type Engine } from './engine/engine.js';
import { findEngine } from './engine/engine-target.js';
import { engineError, INSTALL_DOCKER, statusOf, whyUnreachable } from './engine/errors.js';
import { DockerHost } from './node-host.js';
import { DockerProvisioner } from './provisioner.js';
import { DockerSession } from './session.js';
import { readSettings } from './settings.js';

/** How long an engine may take to answer before another driver is chosen, in milliseconds: a busy one took over 2 s. */
const PROBE_MS = 5000;

/** Nodes as containers of a Docker Engine. */
export const dockerDriver: DriverFactory = {
  name: 'docker',

  async probe({ settings, env }): Promise<Probe> {
    // A mistyped setting must not select another driver: it is thrown.
    const read = readSettings(settings);
    let engine: Engine | undefined;
    try {
      const target = await findEngine(read, env);
      engine = await connectEngine(target);
      const { version, os } = await askEngine(engine, PROBE_MS);
      if (os === 'linux') return { ok: true, found: `Docker Engine ${version} at ${target.shown}` };
      return {
        ok: false,
        reason: `the engine at ${target.shown} runs ${os} containers`,
        install: 'switch it to Linux containers',
      };
    } catch (error) {
      const words = engine && whyUnreachable(error, engine.target);
      if (words !== undefined) return { ok: false, reason: words.reason, install: words.remedy };
      const status = statusOf(error);
      if (engine !== undefined && status !== undefined) {
        return {
          ok: false,
          reason: `the server at ${engine.target.shown} answers HTTP ${status}: it is not a Docker Engine, or refuses access`,
          install: 'correct DOCKER_HOST or the Docker context',
        };
      }
      const hint = error instanceof OperatorError ? error.hint : undefined;
      return { ok: false, reason: messageOf(error), install: hint ?? INSTALL_DOCKER };
    } finally {
      engine?.close();
    }
  },

  async open({ cluster, dir, settings, env }) {
    const read = readSettings(settings);
    const target = await findEngine(read, env);
    const tls = target.engine.startsWith('context:') || target.tls === null ? null : target.tls;
    const session = new DockerSession({ cluster, dir, env }, () => connectEngine(target), {
      ...read,
      engine: target.engine,
      certPath: tls?.certPath ?? '',
      tls: tls === null ? '' : tls.verify ? 'verify' : 'skip',
    });
    return {
      name: 'docker',
      host: new DockerHost(session),
      provisioner: new DockerProvisioner(session),
      close: () => session.close(),
    };
  },

  async foreignLives(servers, env) {
    const target = await findEngine(readSettings({}), env);
    const engine = await connectEngine(target);
    try {
      return await foreignLivesIn(engine, servers);
    } catch (error) {
      throw engineError(error, target, 'list containers');
    } finally {
      engine.close();
    }
  },
};
