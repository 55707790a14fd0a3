import { expect, it } from 'vitest';
import protectedMode from '../../../../src/checks/authentication/protected-mode.js';
import { alter, nodeIn, said } from '../../../helpers/healthy-gathering.js';

it('a data node in protected mode is said to reject those of its own group, and not other masters', () => {
  const seen = said(protectedMode, (g) => {
    for (const [i, node] of g.nodes.entries()) node.announce = { host: `198.51.100.${i + 1}`, port: 6379 };
    alter(nodeIn(g, 1).config, { 'protected-mode': 'yes', requirepass: '' });
    g.nodes.push({
      ...structuredClone(nodeIn(g, 2)),
      id: 'redis-9',
      announce: { host: '198.51.100.9', port: 6379 },
      masterNames: ['another'],
    });
  });
  const [found] = Array.isArray(seen) ? seen.filter(({ subject }) => subject === 'redis-1') : [];
  expect(found?.message).toMatch(/it rejects redis-2, redis-3/);
  expect(found?.message).not.toContain('redis-9');
});
