import type { DriverName } from '../model/drivers.js';
import type { DriverFactory } from './driver.js';

/** Every driver, loaded only when it is asked for: dockerode alone costs more than most commands. In order of preference. */
export const DRIVERS: Readonly<Record<DriverName, () => Promise<DriverFactory>>> = {
  docker: async () => (await import('./docker/index.js')).dockerDriver,
  process: async () => (await import('./process/index.js')).processDriver,
};
