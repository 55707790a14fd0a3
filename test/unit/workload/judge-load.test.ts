import { expect, it } from 'vitest';
import { judgeLoad } from '../../../src/workload/judge-load.js';
import { client, ledger } from '../../helpers/trials.js';

it('names the causes of lost writes in the words of the reports, the most writes first', () => {
  const lost = ledger({ lost: 40, causes: { unreplicated: 2, zombie: 38 } });
  const found = judgeLoad(client(), lost, { id: 'redis-2' }, true).find(
    ({ id }) => id === 'losses-explained',
  );
  expect(found).toMatchObject({
    verdict: 'holds',
    evidence: '40 of 1000 acknowledged writes are lost: 38 second master and 2 unreplicated',
  });
});
