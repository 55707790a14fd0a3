import type { Cli, Ran } from './cli.js';

/** Runs commands, and keeps everything that they print: for what must be in none of it. */
export function printing(cli: () => Cli): {
  printed: string[];
  run(...words: string[]): Promise<Ran>;
} {
  const printed: string[] = [];
  return {
    printed,
    async run(...words) {
      const ran = await cli().run(words);
      printed.push(ran.stdout, ran.stderr);
      return ran;
    },
  };
}
