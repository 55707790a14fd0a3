import { isOfficialImage, mayBeOfficial } from './compose/images.js';
import type { Service } from './compose/service.js';
import type { FileServer } from './project.js';
import { settingOf } from './settings.js';

/** Redis Stack's own, whose directory is /data too. */
const STACK = /^(docker\.io\/)?redis\/redis-stack(-server)?([:@]|$)/;

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
    certain:
      set.startsWith('/') ||
      service.directory !== null ||
      isBitnami ||
      isOfficialImage(image) ||
      // What mounts something there takes it for the directory of the official image.
      (mayBeOfficial(image) && service.mounts.some(({ target }) => target.replace(/\/$/, '') === home)) ||
      STACK.test(image),
  };
}
