import { describe, expect, it } from 'vitest';
import { confirm } from '../../../src/cli/confirm.js';
import type { Context } from '../../../src/cli/context.js';
import type { Prompts } from '../../../src/cli/interactive.js';

/** A person who answers, and the questions that they saw. */
function person(answer: boolean): {
  prompts: Prompts;
  asked: string[];
} {
  const asked: string[] = [];
  const not = (): never => {
    throw new Error('only confirmations are asked');
  };
  const prompts: Prompts = {
    select: not,
    input: not,
    confirm: async (question) => {
      asked.push(question);
      return answer;
    },
  };
  return { prompts, asked };
}
const globals = (yes = false): Context['globals'] => ({ yes }) as Context['globals'];
const sentence = (): string => 'kills redis-2, the master: writes stop for about 6 s';

describe('before a command interrupts clients', () => {
  it('it asks once, with the sentence', async () => {
    const { prompts, asked } = person(true);
    await confirm({ prompts, globals: globals() }, sentence);
    expect(asked).toEqual([`${sentence()}. Continue?`]);
  });

  it('no is a refusal (3) that says that nothing was done', async () => {
    const { prompts } = person(false);
    await expect(confirm({ prompts, globals: globals() }, sentence)).rejects.toMatchObject({
      code: 'declined',
      exitCode: 3,
      message: expect.stringContaining('nothing was done'),
    });
  });

  it('--yes answers it, and the cluster is not looked at', async () => {
    const { prompts, asked } = person(false);
    const untouched = (): never => {
      throw new Error('looked at the cluster');
    };
    await confirm({ prompts, globals: globals(true) }, untouched);
    await confirm({ prompts: null, globals: globals() }, untouched);
    expect(asked).toEqual([]);
  });
});
