import { expect, it } from 'vitest';
import {
  fill,
  PRESET_DEFAULTS,
  PRESETS,
  presetCommands,
  TEMPLATE_ACTIONS,
  type TemplateValues,
  unknownPlaceholder,
} from '../../../src/model/templates.js';

const VALUES: TemplateValues = {
  ...{ host: 'redis-0.redis.shop', port: '6379', node: 'redis-1', role: 'redis', runId: 'ab12', pid: '17' },
  ...{
    conf: '/etc/redis/redis.conf',
    lines: '5',
    masterHost: '10.0.0.2',
    masterPort: '6380',
    pod: 'redis-0',
  },
};
const line = (template: readonly string[] = [], values = VALUES): string => {
  const filled = fill(template, values);
  return filled.ok ? filled.words.join(' ') : `- ${filled.why}`;
};

it('fills in whole words and parts of words', () => {
  expect(fill(['ssh', '{host}', 'stop {node}@{port}'], VALUES)).toEqual({
    ok: true,
    words: ['ssh', 'redis-0.redis.shop', 'stop redis-1@6379'],
  });
});

it('fills in no value that a shell or a program could take for more than a word', () => {
  for (const host of ['-oProxyCommand=x', 'a;reboot', 'a b', '$(x)', '`x`', 'a|b', "a'b", ''])
    expect(line(['ssh', '{host}', 'true'], { ...VALUES, host }), host).toMatch(/^- \{host\} is /);
  expect(line(['ssh', '{host}'], { ...VALUES, host: 'fe80::1' })).toBe('ssh fe80::1');
});

it('says which value is not known, and which placeholder there is none of', () => {
  const { pid: _, ...rest } = VALUES;
  expect(line(['kill', '{pid}'], rest)).toBe('- {pid} is not known');
  expect(unknownPlaceholder(['kill', '{pidd}'])).toBe('{pidd}');
  expect(unknownPlaceholder(['kill', '{pid}'])).toBeUndefined();
});

it('has a kill and a start for both kinds of server in every preset, and all can be filled in', () => {
  for (const preset of PRESETS)
    for (const templates of Object.values(presetCommands(preset, PRESET_DEFAULTS))) {
      expect(Object.keys(templates), preset).toEqual(expect.arrayContaining(['kill', 'start', 'stop']));
      for (const action of TEMPLATE_ACTIONS)
        if (templates[action] !== undefined) expect(line(templates[action]), action).not.toMatch(/^- |[{}]/);
    }
});

it('sends what the tool is known for', () => {
  const unit = { ...PRESET_DEFAULTS, unit: 'redis-server@{port}', namespace: 'shop' };
  expect(line(presetCommands('systemd', unit).redis.kill)).toBe(
    'ssh -o BatchMode=yes redis-0.redis.shop systemctl kill -s KILL redis-server@6379',
  );
  expect(line(presetCommands('systemd', unit).redis['start-replica'])).toContain(
    'echo replicaof 10.0.0.2 6380 >> /etc/redis/redis.conf && systemctl start redis-server@6379',
  );
  expect(line(presetCommands('ssh', unit).sentinel.start)).toMatch(
    /redis-server \/etc\S+ --sentinel --daemonize yes$/,
  );
  expect(line(presetCommands('ssh', unit).redis.pause)).toMatch(/kill -STOP 17$/);
  expect(line(presetCommands('kubectl', unit).redis.kill)).toBe(
    'kubectl --namespace shop delete pod redis-0 --grace-period=0 --force --wait=false',
  );
  // The first process of a container ignores SIGSTOP from within.
  expect(presetCommands('kubectl', unit).redis.pause).toBeUndefined();
});
