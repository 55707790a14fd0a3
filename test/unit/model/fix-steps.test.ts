import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.js';
import { fixSteps } from '../../../src/model/fix-steps.js';

describe('a fix in the form for programs', () => {
  it.each<[string, string[], string, string[]]>([
    [
      'commands',
      ['redis-cli -h 127.0.0.1 -p 6379 CONFIG SET appendonly yes', 'sentinelctl start redis-3'],
      'redis-cli -h 127.0.0.1 -p 6379 CONFIG SET appendonly yes; sentinelctl start redis-3',
      ['redis-cli -h 127.0.0.1 -p 6379 CONFIG SET appendonly yes', 'sentinelctl start redis-3'],
    ],
    [
      'what comes once a condition is met',
      ['sentinelctl status --watch', '# once another node is the master:', 'sentinelctl restart redis-1'],
      'sentinelctl status --watch; once another node is the master: sentinelctl restart redis-1',
      ['sentinelctl status --watch'],
    ],
    [
      'a remark before the commands',
      ['# redis-cli takes the password from the environment', 'redis-cli -h ::1 -p 1 PING'],
      'redis-cli takes the password from the environment; redis-cli -h ::1 -p 1 PING',
      ['redis-cli -h ::1 -p 1 PING'],
    ],
    [
      'a password to fill in',
      [
        `redis-cli -h h -p 1 CONFIG SET masterauth "<the master's password>"`,
        'redis-cli -h h -p 1 CONFIG REWRITE',
      ],
      `redis-cli -h h -p 1 CONFIG SET masterauth "<the master's password>"; redis-cli -h h -p 1 CONFIG REWRITE`,
      [],
    ],
    ['a sentence', ['resume the process: kill -CONT PID'], 'resume the process: kill -CONT PID', []],
    ['lines of a file', ['# in redis.conf:', 'appendonly yes'], 'in redis.conf: appendonly yes', []],
    ['a container to fill in', ['docker unpause CONTAINER'], 'docker unpause CONTAINER', []],
    [
      'quoted rules of a user',
      [`redis-cli -h h -p 1 ACL SETUSER s '&__sentinel__:hello' '+config|rewrite'`],
      `redis-cli -h h -p 1 ACL SETUSER s '&__sentinel__:hello' '+config|rewrite'`,
      [`redis-cli -h h -p 1 ACL SETUSER s '&__sentinel__:hello' '+config|rewrite'`],
    ],
    ['nothing', [], '', []],
  ])('%s', (_what, lines, text, commands) => {
    expect(fixSteps(lines)).toEqual({ text, commands });
  });

  it('has a later step only in its text', () => {
    const later = { when: 'once another node is the master', fix: 'sentinelctl restart redis-1' };
    expect(fixSteps(['sentinelctl status --watch'], later)).toEqual({
      text: 'sentinelctl status --watch; once another node is the master: sentinelctl restart redis-1',
      commands: ['sentinelctl status --watch'],
    });
  });

  it.each(['my;reboot', 'my$(reboot)', 'my`reboot`', 'my|reboot', 'my>file', 'my&'])(
    'has no command with a name that a shell would run: %s',
    (name) => expect(fixSteps([`redis-cli -h h -p 1 SENTINEL RESET ${name}`]).commands).toEqual([]),
  );

  it('takes no sentence of explain for a command', () => {
    expect(CHECKS.flatMap((check) => fixSteps(check.remedy).commands)).toEqual([]);
  });
});
