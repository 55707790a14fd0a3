import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ANY_COMMAND, SENTINEL_COMMANDS } from '../../../src/checks/files/acl-commands.js';
import { USER_RIGHTS, USERS } from '../../../src/model/users.js';

/** Commands of these rules, by the name that a server knows them by. */
const named = (rules: readonly string[]): string[] =>
  rules.filter((rule) => /^[+-][a-z]/.test(rule)).map((rule) => rule.slice(1));

describe('the users of a cluster', () => {
  it.each(USERS)('%s: has only commands that the servers of every release know', (user) => {
    const { redis, sentinel } = USER_RIGHTS[user];
    for (const command of named(redis ?? [])) expect(ANY_COMMAND).toContain(command);
    for (const command of named(sentinel ?? [])) expect(SENTINEL_COMMANDS).toContain(command);
  });

  it('are documented with their rules', () => {
    const text = readFileSync(new URL('../../../docs/secured.md', import.meta.url), 'utf8');
    const code = (rules: readonly string[] | null): string =>
      rules === null ? '-' : `\`${rules.join(' ')}\``;
    for (const user of USERS) {
      const { purpose, redis, sentinel } = USER_RIGHTS[user];
      const row = `| \`${user}\` | ${purpose} | ${code(redis)} | ${code(sentinel)} |`;
      expect(text.replaceAll('\\|', '|')).toContain(row);
    }
  });
});
