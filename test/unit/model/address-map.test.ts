import { expect, it } from 'vitest';
import { formatAddressRule, mappedBy, parseAddressRule } from '../../../src/model/address-map.js';

const mapped = (rules: string[], host: string, port: number): string => {
  const parsed = rules.map((text) => {
    const rule = parseAddressRule(text);
    if (rule === undefined) throw new Error(`${text} is not a rule`);
    return rule;
  });
  const to = mappedBy(parsed, { host, port });
  return `${to.host} ${to.port}`;
};

it.each([
  ['10.0.0.5:6379=127.0.0.1:16379', '127.0.0.1 16379', '10.0.0.5 6380'],
  ['10.0.0.5=127.0.0.1', '127.0.0.1 6379', '127.0.0.1 6380'],
  ['10.0.0.5=127.0.0.1:+10000', '127.0.0.1 16379', '127.0.0.1 16380'],
  ['*=127.0.0.1', '127.0.0.1 6379', '127.0.0.1 6380'],
  ['[fd00::5]:6379=127.0.0.1:16379', '10.0.0.5 6379', '10.0.0.5 6380'],
])('%s is where an announced address is dialled', (rule, first, second) => {
  expect(mapped([rule], '10.0.0.5', 6379)).toBe(first);
  expect(mapped([rule], '10.0.0.5', 6380)).toBe(second);
});

it('maps IPv6 hosts both ways', () => {
  expect(mapped(['[fd00::5]=[::1]:+1'], 'fd00::5', 6379)).toBe('::1 6380');
});

it('of several rules the most exact one decides', () => {
  const rules = ['*=a', '10.0.0.5=b', '10.0.0.5:6379=c:1'];
  expect(mapped(rules, '10.0.0.5', 6379)).toBe('c 1');
  expect(mapped(rules, '10.0.0.5', 6380)).toBe('b 6380');
  expect(mapped(rules, '10.0.0.6', 6379)).toBe('a 6379');
});

it.each(['', '=', 'a=', '=b', 'a=b=c', 'a=b:70000', 'a=b:+x', '10.0.0.5=127.0.0.1:16379', '*=127.0.0.1:1'])(
  '%j is not a rule',
  (text) => {
    expect(parseAddressRule(text)).toBeUndefined();
  },
);

it.each(['10.0.0.5:6379=127.0.0.1:16379', '10.0.0.5=h', '10.0.0.5=h:+10000', '*=[::1]', '[::1]:1=h:2'])(
  '%s is written as it was read',
  (text) => {
    const rule = parseAddressRule(text);
    expect(rule && formatAddressRule(rule)).toBe(text);
  },
);
