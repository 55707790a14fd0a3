import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { messageOf } from '../../errors.js';
import { isLocal, isServerHere, lifeOfProcess } from '../../host/server-life.js';
import type { ForeignServer, ServerLife } from '../driver.js';

/** Which of these servers are processes of this machine, and how they live; undefined for those that are not. */
export function foreignLivesHere(servers: readonly ForeignServer[]): Promise<(ServerLife | undefined)[]> {
  return Promise.all(
    servers.map(async ({ endpoint, pid, conf }) => {
      if (pid === null || !isLocal(endpoint.host) || !(await isServerHere(pid, endpoint.port)))
        return undefined;
      const path = conf !== null && isAbsolute(conf) ? conf : null;
      const life = await lifeOfProcess({ pid, conf: path });
      if (path === null) return { life, conf: { ok: false, why: 'it runs without a configuration file' } };
      try {
        return { life, conf: { ok: true, value: { file: path, text: await readFile(path, 'utf8') } } };
      } catch (error) {
        return { life, conf: { ok: false, why: messageOf(error) } };
      }
    }),
  );
}
