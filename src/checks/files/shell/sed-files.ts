import { OPEN } from './expand.js';
import { inputs } from './inputs.js';
import { type Machine, NotFollowed, type Segment, type Status } from './machine.js';
import { type SedEdit, sedEditsWith } from './sed.js';

/** `sed -i EDIT FILE` and `sed EDIT [FILE]`, as far as the edit is plain. */
export async function sed(machine: Machine, args: string[], line: number): Promise<Status> {
  const scripts: string[] = [];
  const files: string[] = [];
  let [inPlace, extended] = [false, false];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (/^(-e|--expression)$/.test(arg)) scripts.push(args[++i] ?? '');
    else if (arg.startsWith('-i') || arg.startsWith('--in-place')) inPlace = true;
    else if (/^-[Ern]+$/.test(arg)) extended ||= /[Er]/.test(arg);
    else if (scripts.length === 0) scripts.push(arg);
    else files.push(arg);
  }
  const edits = scripts.map((script) => sedEditsWith(script, extended));
  const isPlain = edits.every((e) => e !== undefined);
  if (!inPlace) {
    if (!isPlain)
      throw new NotFollowed(line, `sed ${scripts.join(' ').replaceAll(OPEN, '')} is not followed`);
    machine.output.push(...edited(await inputs(machine, files, line), edits.flat()));
    return true;
  }
  for (const path of files) {
    const content = await machine.read(path);
    if ('why' in content) {
      machine.files.set(machine.at(path), content);
      continue;
    }
    // sed writes a new file and renames it to the old one.
    if (machine.isFileMount(path))
      throw new NotFollowed(
        line,
        `sed -i fails at ${path}, which is mounted as a single file (Device or resource busy): mount its directory, or a template from which the script makes a copy`,
      );
    machine.files.set(
      machine.at(path),
      isPlain
        ? { segments: edited(content.segments, edits.flat()) }
        : { why: `${path} is changed with what is not known here (sed at ${machine.place}:${line})` },
    );
  }
  return true;
}

function edited(segments: readonly Segment[], edits: readonly SedEdit[]): Segment[] {
  const total = segments.reduce((sum, s) => sum + s.text.replace(/\n$/, '').split('\n').length, 0);
  let number = 0;
  return segments.map((s) => {
    const lines = s.text.replace(/\n$/, '').split('\n');
    const changed = lines.flatMap((text) => {
      number++;
      let now: string | null = text;
      for (const edit of edits) if (now !== null) now = edit(now, number, number === total);
      // A line keeps its place: what is deleted leaves it empty, and what is added stands at its end.
      return now ?? '';
    });
    return { ...s, text: `${changed.join('\n')}\n` };
  });
}
