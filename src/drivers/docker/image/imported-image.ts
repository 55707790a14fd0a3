import { dirname, join } from 'node:path';
import { pack } from 'tar-stream';
import type { Engine } from '../engine/engine.js';
import { readMessages } from '../engine/streams.js';

export interface ImageFile {
  path: string;
  content: Buffer;
  mode: number;
}

/** An image built from files of this machine, for engines without a registry. */
export interface ImageToImport {
  repo: string;
  tag: string;
  message: string;
  files: readonly ImageFile[];
  /** Empty directories, besides those that the files need: `{ path: '/data', mode: 0o755, uid: 999 }`. */
  directories: readonly { path: string; mode: number; uid?: number }[];
  /** In a Dockerfile's words: `CMD ["redis-server"]`. */
  changes: readonly string[];
}

/** Imported rather than built: one layer, any engine's API, and the archive's owners are kept. */
export async function importImage(engine: Engine, image: ImageToImport): Promise<void> {
  const { repo, tag, message, files, directories } = image;
  const archive = pack();
  for (const path of directoriesOf(files))
    archive.entry({ name: `${path.slice(1)}/`, type: 'directory', mode: 0o755 });
  for (const { path, content, mode } of files) archive.entry({ name: path.slice(1), mode }, content);
  for (const { path, mode, uid = 0 } of directories)
    archive.entry({ name: `${path.slice(1)}/`, type: 'directory', mode, uid, gid: uid });
  archive.finalize();
  const changes = [...image.changes, ...libraryPath(files)];
  const stream = await engine.streams.importImage(archive as unknown as NodeJS.ReadableStream, {
    repo,
    tag,
    message,
    changes,
  });
  await readMessages(stream);
}

/** Libraries outside the loader's own directories are found without a cache of it. */
function libraryPath(files: readonly ImageFile[]): string[] {
  const dirs = [...new Set(files.filter((f) => /\.so(\.|$)/.test(f.path)).map((f) => dirname(f.path)))];
  return dirs.length > 0 ? [`ENV LD_LIBRARY_PATH=${dirs.join(':')}`] : [];
}

/** Every directory above the files, parents first. */
function directoriesOf(files: readonly ImageFile[]): string[] {
  const found = new Set<string>();
  for (const { path } of files) {
    for (let dir = dirname(path); dir !== '/'; dir = dirname(dir)) found.add(join(dir));
  }
  return [...found].sort();
}
