import type { Way } from '../model/attached.js';
import type { DriverName } from '../model/drivers.js';
import type { OpenAttachedHost } from './attached-host.js';
import type { DriverFactory } from './driver.js';

/** Every driver, loaded only when it is asked for: dockerode alone costs more than most commands. In order of preference. */
export const DRIVERS: Readonly<Record<DriverName, () => Promise<DriverFactory>>> = {
  docker: async () => (await import('./docker/index.js')).dockerDriver,
  process: async () => (await import('./process/index.js')).processDriver,
};

/** The ways to the servers of a cluster that sentinelctl did not start, by the way that is recorded of it. */
export const ATTACHED_HOSTS: Readonly<Record<Way, () => Promise<OpenAttachedHost>>> = {
  local: async () => (await import('./attached/local.js')).localHost,
  docker: async () => (await import('./docker/attached-host.js')).containersHost,
  commands: async () => (await import('./attached/commands.js')).commandsHost,
  network: async () => (await import('./attached/network.js')).networkHost,
};
