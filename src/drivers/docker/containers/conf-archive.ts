import { text } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';

/** Whom a file in a container belongs to, by number: the names in an image's passwd are its own business. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A tar archive with one configuration file, mode 0600; with `dir`, the directory too, mode 0700. */
export async function packConf(file: string, conf: string, owner: Owner, dir?: string): Promise<Buffer> {
  const archive = pack();
  const { uid, gid } = owner;
  const mtime = new Date();
  if (dir !== undefined) archive.entry({ name: `${dir}/`, type: 'directory', mode: 0o700, uid, gid, mtime });
  const name = dir === undefined ? file : `${dir}/${file}`;
  archive.entry({ name, mode: 0o600, uid, gid, mtime }, conf);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** The text of the first file in a tar archive; undefined where there is none. Throws for what is no archive. */
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
