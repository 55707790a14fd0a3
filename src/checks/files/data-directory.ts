import type { Service } from './compose/service.js';
import type { FileServer } from './project.js';
import { settingOf } from './settings.js';

/** Images of Redis and Valkey, whose directory is known: `redis:7`, `registry.local/valkey/valkey`. */
const OFFICIAL = /(^|\/)(redis|valkey)(-stack(-server)?)?([:@]|$)/i;

/** Where a data node in a container writes its data, and whether that is certain: an unknown image may work in another directory. */
export function dataDirectoryOf(node: FileServer, service: Service): { path: string; certain: boolean } {
  const image = service.image ?? '';
  const isBitnami = /bitnami/i.test(image);
  const home = isBitnami
    ? `/bitnami/${/valkey/i.test(image) ? 'valkey' : 'redis'}/data`
    : (service.directory ?? '/data');
  const set = settingOf(node, 'dir') ?? '.';
  const path = set.startsWith('/') ? set : `${home}/${set.replace(/^(\.\/?)+/, '')}`.replace(/\/$/, '');
  return {
    path,
    certain: set.startsWith('/') || service.directory !== null || isBitnami || OFFICIAL.test(image),
  };
}
