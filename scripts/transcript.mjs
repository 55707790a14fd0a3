// Runs the console blocks of docs/tour.md that say `transcript` again, on state directories of their own and the
// usual ports, and writes what they printed there. `npm run docs:transcript`; needs dist/ and a free machine.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOUR = new URL('../docs/tour.md', import.meta.url);
const BLOCK = /```console([^\n]*)\n([\s\S]*?)\n```/g;

/** What a line prints, standard error and output in the order in which they came; it must exit as its comment says. */
function typed(line, env) {
  const exits = Number(/\s#.*\bexits (\d+)\b/.exec(line)?.[1] ?? 0);
  return new Promise((done, fail) => {
    const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
    }
    child.on('error', fail);
    child.on('close', (code) =>
      code === exits ? done(text.trimEnd()) : fail(new Error(`${line} exits ${code}:\n${text}`)),
    );
  });
}

/** The block with what its commands print now. It finds a cluster up, unless it brings one up itself. */
async function played(words, lines) {
  const commands = lines.split('\n').filter((line) => line.startsWith('$ '));
  const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-transcript-'));
  const bare = Object.entries(process.env).filter(([name]) => !/^(SENTINELCTL_|REDIS_)/.test(name));
  const env = {
    ...Object.fromEntries(bare),
    PATH: `${dir}${delimiter}${process.env.PATH}`,
    SENTINELCTL_HOME: dir,
  };
  try {
    await symlink(
      fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url)),
      join(dir, 'sentinelctl'),
    );
    if (!commands[0]?.startsWith('$ sentinelctl up')) await typed('sentinelctl up --driver process', env);
    const parts = [];
    for (const command of commands) parts.push(`${command}\n${await typed(command.slice(2), env)}`);
    return `\`\`\`console${words}\n${parts.join('\n\n')}\n\`\`\``;
  } finally {
    await typed('sentinelctl down --all --quiet', env).catch(() => {});
    await rm(dir, { recursive: true, force: true });
  }
}

const page = await readFile(TOUR, 'utf8');
const blocks = [...page.matchAll(BLOCK)].filter(([, words]) => /\btranscript\b/.test(words));
let updated = page;
for (const [whole, words, lines] of blocks) {
  const block = await played(words, lines);
  updated = updated.replace(whole, () => block);
}
await writeFile(TOUR, updated);
