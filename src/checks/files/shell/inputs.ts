import { type Machine, NotFollowed, type Segment } from './machine.js';

/** What a program reads: the files that it is given, or its standard input. */
export async function inputs(machine: Machine, paths: readonly string[], line: number): Promise<Segment[]> {
  const files = paths.filter((p) => !/^-./.test(p) && p !== '-');
  if (files.length === 0) return machine.input ?? [];
  const all: Segment[] = [];
  for (const path of files) {
    const read = await machine.read(path);
    if ('why' in read) throw new NotFollowed(line, `${path} is not known: ${read.why}`);
    all.push(...read.segments);
  }
  return all;
}
