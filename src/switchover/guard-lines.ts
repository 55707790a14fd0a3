import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';

/** Reads a pipe line by line: none is lost while no one waits for it. */
export function linesOf(pipe: Duplex): {
  next(): Promise<string>;
  onLine(take: (line: string) => void): void;
} {
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let taker: ((line: string) => void) | null = null;
  createInterface({ input: pipe }).on('line', (line) => {
    const first = waiting.shift();
    if (first !== undefined) first(line);
    else if (taker !== null) taker(line);
    else lines.push(line);
  });
  return {
    next: () => {
      const line = lines.shift();
      return line === undefined ? new Promise((done) => waiting.push(done)) : Promise.resolve(line);
    },
    onLine: (take) => {
      taker = take;
      for (const line of lines.splice(0)) take(line);
    },
  };
}
