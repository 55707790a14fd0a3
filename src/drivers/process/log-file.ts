import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { errnoOf } from '../../errors.js';

const CHUNK_BYTES = 65_536;

/**
 * Reads what a growing text file has got since the last look, line by line. A file that shrank or was replaced is
 * read from its beginning again.
 */
export class GrowingFile {
  #offset = 0;
  #inode: number | undefined;
  #partial = '';
  #decoder = new StringDecoder('utf8');

  constructor(readonly path: string) {}

  /** The complete lines added since the last call; none where there is no such file. */
  async *added(): AsyncGenerator<string> {
    const file = await openIfThere(this.path);
    if (file === undefined) return;
    try {
      const { size, ino } = await file.stat();
      if (ino !== this.#inode || size < this.#offset) this.#restart(ino);
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        const lines = (this.#partial + this.#decoder.write(chunk.subarray(0, bytesRead))).split('\n');
        this.#partial = lines.pop() ?? '';
        yield* lines;
      }
    } finally {
      await file.close();
    }
  }

  /** The last line where it has no end yet; it is given out once. */
  takeUnfinished(): string | undefined {
    const rest = this.#partial;
    this.#partial = '';
    return rest === '' ? undefined : rest;
  }

  #restart(inode: number): void {
    this.#inode = inode;
    this.#offset = 0;
    this.#partial = '';
    this.#decoder = new StringDecoder('utf8');
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
