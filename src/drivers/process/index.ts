import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { messageOf } from '../../errors.js';
import { canonicalPath } from '../../host/files.js';
import { isLocal, isServerHere, lifeOfProcess } from '../../host/server-life.js';
import type { DriverFactory, ForeignServer, ServerLife } from '../driver.js';
import { examineServer, INSTALL, locateServer } from './binary.js';
import { ProcessHost } from './node-host.js';
import { ProcessProvisioner } from './provisioner.js';
import { ProcessSession } from './session.js';
import { readSettings } from './settings.js';

/** Nodes as plain redis-server (or valkey-server) daemons on loopback addresses. */
export const processDriver: DriverFactory = {
  name: 'process',

  async probe(context) {
    const located = await locateServer(context);
    if (located.path === undefined) return { ok: false, reason: located.reason, install: INSTALL };
    const examined = await examineServer(located.path, context.env);
    if (!examined.ok) return { ok: false, reason: examined.reason, install: INSTALL };
    const { engine, version } = examined.version;
    return { ok: true, found: `${engine} ${version} at ${located.path} (from ${located.from})` };
  },

  /** Needs no binary: running servers can be inspected and stopped without one. */
  async open(context) {
    const [dir, located] = await Promise.all([canonicalPath(context.dir), locateServer(context)]);
    const session = new ProcessSession({ dir, env: context.env }, located, readSettings(context.settings));
    return {
      name: 'process',
      host: new ProcessHost(session),
      provisioner: new ProcessProvisioner(session),
      close: () => void session.close(),
    };
  },

  foreignLives: (servers) => Promise.all(servers.map(foreignLife)),
};

/** The process of a foreign server; undefined where it is not one of this machine's. */
async function foreignLife({ endpoint, pid, conf }: ForeignServer): Promise<ServerLife | undefined> {
  if (pid === null || !isLocal(endpoint.host) || !(await isServerHere(pid, endpoint.port))) return undefined;
  const path = conf !== null && isAbsolute(conf) ? conf : null;
  const life = await lifeOfProcess({ pid, conf: path });
  if (path === null) return { life, conf: { ok: false, why: 'it runs without a configuration file' } };
  try {
    return { life, conf: { ok: true, value: { file: path, text: await readFile(path, 'utf8') } } };
  } catch (error) {
    return { life, conf: { ok: false, why: messageOf(error) } };
  }
}
