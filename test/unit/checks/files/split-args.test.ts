import { describe, expect, it } from 'vitest';
import { splitArgs } from '../../../../src/checks/files/split-args.js';

describe('splitting a line as Redis does', () => {
  it.each([
    ['port 6379', ['port', '6379']],
    ['  save\t900   1 ', ['save', '900', '1']],
    ['save ""', ['save', '']],
    ["requirepass 'it\\'s'", ['requirepass', "it's"]],
    ['requirepass "a b"', ['requirepass', 'a b']],
    ['requirepass "\\x41\\x7a\\n\\t\\"\\\\\\q"', ['requirepass', 'Az\n\t"\\q']],
    ['requirepass "\\xc3\\xa9"', ['requirepass', 'é']],
    ["requirepass 'no \\n here'", ['requirepass', 'no \\n here']],
    ['requirepass pre"fix ed"', ['requirepass', 'prefix ed']],
    ['requirepass "\\xZZ"', ['requirepass', 'xZZ']],
    ['requirepass a#b', ['requirepass', 'a#b']],
    ['', []],
  ])('%s', (line, words) => expect(splitArgs(line)).toEqual(words));

  it.each([
    'requirepass "open',
    "requirepass 'open",
    'requirepass "a"b',
    "requirepass 'a'b",
    'requirepass "a\\"',
  ])('refuses quotes that are not balanced: %s', (line) => expect(splitArgs(line)).toBeUndefined());
});
