import { basename, dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Container } from 'dockerode';
import { extract, type Header, pack } from 'tar-stream';
import { failed } from '../../../errors.js';
import type { NodeExtras } from '../../../model/tls-files.js';
import type { ConfEdit, ReadConfOptions } from '../../node-host.js';
import { statusOf } from '../engine/errors.js';
import type { Owner } from '../image/image.js';
import { confPath, DATA_DIR } from './container-spec.js';
import type { Connected } from './containers.js';
import { KIND_LABEL } from './labels.js';
import { readOnHost } from './server-life.js';

/** Redis's default for dbfilename, which sentinelctl never sets. */
const DUMP = 'dump.rdb';

/**
 * An empty dump that every version since 5 loads: the header of format 9, the end, and a checksum of 0, which is not
 * verified (rdb.c, rdbLoadRioWithLoadingCtx). An engine can put files into a container, but cannot remove one.
 */
const EMPTY_DUMP = Buffer.from('REDIS0009\xff\0\0\0\0\0\0\0\0', 'latin1');

/** A tar archive of files, and of directories where there is no content. */
async function packed(
  entries: readonly { header: Pick<Header, 'name'> & Partial<Header>; content?: string | Buffer }[],
): Promise<Buffer> {
  const archive = pack();
  const mtime = new Date();
  for (const { header, content } of entries) {
    if (content === undefined) archive.entry({ mtime, ...header });
    else archive.entry({ mtime, ...header }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** A tar archive with a configuration file and what is beside it, mode 0600; with `dir`, the directory too, mode 0700. */
export function packConf(
  file: string,
  conf: string,
  owner: Owner,
  dir?: string,
  extras: NodeExtras = {},
): Promise<Buffer> {
  const directory = { header: { name: `${dir}/`, type: 'directory' as const, mode: 0o700, ...owner } };
  return packed([
    ...(dir === undefined ? [] : [directory]),
    ...Object.entries({ ...extras, [file]: conf }).map(([name, content]) => ({
      header: { name: dir === undefined ? name : `${dir}/${name}`, mode: 0o600, ...owner },
      content,
    })),
  ]);
}

/** The text of the first file in a tar archive; undefined where there is none. Throws for anything but an archive. */
export async function unpackFirst(archive: NodeJS.ReadableStream): Promise<string | undefined> {
  const entries = extract();
  archive.on('error', (error) => entries.destroy(error instanceof Error ? error : new Error(String(error))));
  archive.pipe(entries);
  let found: string | undefined;
  for await (const entry of entries) {
    const content = await text(entry);
    if (found === undefined && entry.header.type === 'file') found = content;
  }
  return found;
}

/** The configuration in the node's volume, running or not; undefined where the container does not exist. */
export async function readConf(
  { engine, containers }: Connected,
  id: string,
  { forShowing = false }: ReadConfOptions = {},
): Promise<string | undefined> {
  const found = await containers.on(id, `read the configuration of ${id}`, async (container) => {
    const inspected = await container.inspect();
    const path = confPath(inspected.Config.Labels[KIND_LABEL] ?? '');
    const near = forShowing ? await readOnHost(inspected, path, engine.target) : undefined;
    return near ?? fetchConf(container, path);
  });
  return found?.value;
}

/** False, and nothing changed, when the container runs. */
export async function editConf(container: Container, edit: ConfEdit, id: string): Promise<boolean> {
  const { State, Config } = await container.inspect();
  if (State.Running) return false;
  const path = confPath(Config.Labels[KIND_LABEL] ?? '');
  const conf = await fetchConf(container, path);
  if (conf === undefined) throw failed('no-conf', `${id} has no configuration to change (${path})`);
  const archive = await packConf(basename(path), edit(conf), ownerIn(Config.User));
  await container.putArchive(archive, { path: dirname(path) });
  return true;
}

const fetchConf = async (container: Container, path: string): Promise<string | undefined> =>
  unpackFirst(await container.getArchive({ path }));

/** Changes a file of a stopped container that sentinelctl did not create; keeps its owner and mode. Throws the engine's errors. */
export async function editForeign(container: Container, path: string, edit: ConfEdit): Promise<void> {
  const entries = extract();
  (await container.getArchive({ path })).pipe(entries);
  for await (const entry of entries) {
    const content = await text(entry);
    const { type, mode, uid, gid } = entry.header;
    if (type !== 'file') continue;
    const archive = await packed([
      { header: { name: basename(path), mode, uid, gid }, content: edit(content) },
    ]);
    await container.putArchive(archive, { path: dirname(path) });
  }
}

/**
 * Replaces a node's dump file with an empty directory, or that directory with an empty dump: the engine replaces one
 * by the other (archive.go, Unpack). Works on a running and on a stopped container.
 */
export async function blockDump({ containers }: Connected, id: string, blocked: boolean): Promise<void> {
  await containers.onExisting(id, `change the dump file of ${id}`, async (container) => {
    if ((await isDirectory(container)) === blocked) return;
    const owner = ownerIn((await container.inspect()).Config.User);
    const archive = await packed([
      blocked
        ? { header: { name: `${DUMP}/`, type: 'directory', mode: 0o700, ...owner } }
        : { header: { name: DUMP, mode: 0o600, ...owner }, content: EMPTY_DUMP },
    ]);
    await container.putArchive(archive, { path: DATA_DIR });
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

/** `999:999`, as sentinelctl creates its containers. */
function ownerIn(user: string): Owner {
  const [uid = 0, gid = uid] = user.split(':').map(Number);
  return { uid, gid };
}
