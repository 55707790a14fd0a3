import { open } from 'node:fs/promises';

/** So much of a log is read from its end, in bytes. */
const TAIL = 16_384;

/** The last lines of a log on this machine; none where it cannot be read. Never rejects. */
export async function logEnd(path: string): Promise<string[]> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return [];
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL), 0, TAIL, Math.max(0, size - TAIL));
    return buffer.toString('utf8', 0, bytesRead).split('\n');
  } catch {
    return [];
  } finally {
    await file.close();
  }
}
