import { expect, it } from 'vitest';
import { parseConf } from '../../../../src/checks/files/conf.js';
import { isThere, refusingUser } from '../../../../src/checks/files/logins.js';
import type { FileServer } from '../../../../src/checks/files/project.js';

const server = (...lines: string[]): FileServer => ({
  id: 'n',
  kind: 'redis',
  directives: parseConf('redis.conf', lines.join('\n')).directives,
  seen: true,
  conf: null,
  service: null,
  copies: 1,
  at: { file: 'redis.conf', line: 1 },
});

it.each([
  ['user app on >secret +@all', true],
  ['user app >secret +@all', false],
  ['user app on >$PASSWORD +@all', true],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a variable in a file
  ['user app ${STATE} >secret +@all', undefined],
  ['user app $RULES', undefined],
  ['user $NAME on >secret +@all', undefined],
  ['user other on >secret +@all', false],
])('%s: whether app can log in', (line, is) => {
  expect(isThere(server(line), 'app')).toBe(is);
});

it('rules that are filled in later refuse no password', () => {
  expect(refusingUser(server('user app $RULES'), 'app', 'secret')).toBeUndefined();
  expect(refusingUser(server('user app on >other +@all'), 'app', 'secret')).toBeDefined();
});
