import type { Container } from 'dockerode';
import { extract, pack } from 'tar-stream';
import { statusOf } from '../engine/errors.js';
import { DATA_DIR } from './container-spec.js';
import type { Link } from './containers.js';

/** Redis's default for dbfilename, which we never set. */
const DUMP = 'dump.rdb';

/**
 * An empty dump that every version since 5 loads: the header of format 9, the end, and a checksum of 0, which is not
 * looked at (rdb.c, rdbLoadRioWithLoadingCtx). An engine can put files into a container, and remove none.
 */
const EMPTY_DUMP = Buffer.from('REDIS0009\xff\0\0\0\0\0\0\0\0', 'latin1');

/**
 * Puts an empty directory in the place of a node's dump file, or an empty dump in the place of that directory: the
 * engine replaces one by the other (archive.go, Unpack). Works on a container that runs and on one that does not.
 */
export async function blockDump({ containers }: Link, id: string, blocked: boolean): Promise<void> {
  await containers.onExisting(id, `change the dump file of ${id}`, async (container) => {
    if ((await isDirectory(container)) === blocked) return;
    const { Config } = await container.inspect();
    const [uid = 0, gid = uid] = Config.User.split(':').map(Number);
    const archive = pack();
    const owned = { uid, gid, mtime: new Date() };
    if (blocked) archive.entry({ ...owned, name: `${DUMP}/`, type: 'directory', mode: 0o700 });
    else archive.entry({ ...owned, name: DUMP, mode: 0o600 }, EMPTY_DUMP);
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
    await container.putArchive(Buffer.concat(chunks), { path: DATA_DIR });
  });
}

async function isDirectory(container: Container): Promise<boolean> {
  try {
    const archive = await container.getArchive({ path: `${DATA_DIR}/${DUMP}` });
    const entries = extract();
    archive.pipe(entries);
    for await (const entry of entries) {
      entry.resume();
      if (entry.header.type === 'directory') return true;
    }
    return false;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}
