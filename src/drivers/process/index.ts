import { canonicalPath } from '../../host/files.js';
import type { Driver, DriverContext, DriverFactory, Probe } from '../driver.js';
import { examineServer, INSTALL, locateServer } from './binary.js';
import { foreignLivesHere } from './foreign.js';
import { ProcessDriver } from './process-driver.js';
import { readSettings } from './settings.js';

/** Nodes as plain redis-server (or valkey-server) daemons on loopback addresses. */
export const processDriver: DriverFactory = {
  name: 'process',

  async probe(context: Omit<DriverContext, 'dir' | 'cluster'>): Promise<Probe> {
    const located = await locateServer(context);
    if (located.path === undefined) return { ok: false, reason: located.reason, install: INSTALL };
    const examined = await examineServer(located.path, context.env);
    if (!examined.ok) return { ok: false, reason: examined.reason, install: INSTALL };
    const { engine, version } = examined.version;
    return { ok: true, found: `${engine} ${version} at ${located.path} (from ${located.from})` };
  },

  /** Never fails for want of a binary: what runs already can be looked at and ended without one. */
  async open(context: DriverContext): Promise<Driver> {
    const [dir, located] = await Promise.all([canonicalPath(context.dir), locateServer(context)]);
    const nodes = new ProcessDriver(dir, context.env, located, readSettings(context.settings));
    return { name: 'process', host: nodes, provisioner: nodes, close: () => {} };
  },

  foreignLives: (servers) => foreignLivesHere(servers),
};
