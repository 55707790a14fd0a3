import { describe, expect, it } from 'vitest';
import { nextLines } from '../../../src/report/text/lines.js';
import { plainView } from './lines.js';

describe('a command that ends in a comment', () => {
  it.each(['sentinelctl doctor', 'kubectl get pods', 'docker ps', 'ip route get 10.0.0.1'])(
    'has it on a line before it where both do not fit: %s',
    (command) => {
      const comment = '# on the machine of 10.0.0.1:6379, which shows what runs there';
      expect(nextLines(`${command}  ${comment}`, plainView(100))).toEqual([`→ ${command}  ${comment}`]);
      const lines = nextLines(`${command}  ${comment}`, plainView(64));
      expect(lines.at(-1)).toBe(`→ ${command}`);
      expect(lines.slice(0, -1).join(' ').replace(/\s+/g, ' ').trim()).toBe(`${comment}:`);
    },
  );
});
