import { expect, it } from 'vitest';
import { commandIn, linesSaid } from '../../../src/model/next-command.js';

const SECRET = 'export REDISCLI_AUTH="$(cat /run/secret)"';
const SET = 'redis-cli -h 10.0.0.5 -p 6379 -x CONFIG SET masterauth';

it('what sets the password and what needs it are one line, with its comment at the end', () => {
  const fix = [SECRET, SET, 'redis-cli -h 10.0.0.5 -p 6379 CONFIG REWRITE'];
  expect(commandIn(fix)).toBe(`${SECRET} && ${SET} && redis-cli -h 10.0.0.5 -p 6379 CONFIG REWRITE`);
  // At another server it is another change.
  expect(commandIn([SECRET, SET, 'redis-cli -h 10.0.0.6 -p 6379 CONFIG REWRITE'])).toBe(
    `${SECRET} && ${SET}`,
  );
  const unknown = 'export REDISCLI_AUTH="$(cat FILE)"';
  expect(commandIn([`${unknown}  # FILE has the password`, SET])).toBe(
    `${unknown} && ${SET}  # FILE has the password`,
  );
});

it('where two files are to be filled in, each is said beside its own', () => {
  const fix = ['export A="$(cat FILE)"  # FILE has this', 'export B="$(cat FILE)"  # FILE has that', SET];
  expect(commandIn(fix)).toBe(fix.join('\n'));
});

it('knows which lines of a fix it says', () => {
  const fix = [SECRET, SET, 'redis-cli -h 10.0.0.5 -p 6379 CONFIG REWRITE'];
  expect(linesSaid(fix, commandIn(fix) ?? '')).toBe(3);
  expect(linesSaid([SECRET, SET, '# then', 'redis-cli PING'], `${SECRET} && ${SET}`)).toBe(2);
  // What comes after it is the rest of the same step: without it that would stand alone.
  expect(linesSaid([SECRET, SET, 'redis-cli PING'], `${SECRET} && ${SET}`)).toBe(0);
  expect(linesSaid(fix, SET)).toBe(0);
  expect(linesSaid(['# only by hand', SET], SET)).toBe(0);
});
