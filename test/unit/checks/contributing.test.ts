import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

it('docs/contributing.md shows a check and its plant as they are', () => {
  const [check = '', plant = ''] = [...read('docs/contributing.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    (m) => m[1] ?? '',
  );
  expect(check).toBe(read('src/checks/data/diskless-delay.ts'));
  expect(plant).not.toBe('');
  expect(read('test/integration/doctor-data.test.ts')).toContain(plant);
});
