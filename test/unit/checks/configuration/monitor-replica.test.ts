import { expect, it } from 'vitest';
import monitorReplica from '../../../../src/checks/configuration/monitor-replica.js';
import { ALTERATIONS, altered } from '../../../helpers/alterations/index.js';
import { given, sentinelIn } from '../../../helpers/healthy-gathering.js';

it('sentinels that monitor the master by another name are not told to monitor it twice: the wrong name goes', () => {
  const [fault] = ALTERATIONS.filter(({ id }) => id === 'monitor-replica');
  if (fault === undefined) throw new Error('there is no such alteration');
  const alone = monitorReplica.live(altered('one machine', fault));
  expect(JSON.stringify(alone)).toContain('SENTINEL MONITOR mymaster 198.51.100.4 6379');
  const gathered = altered('one machine', fault);
  for (const n of [1, 2, 3]) {
    const views = given(sentinelIn(gathered, n).masters);
    const [wrong] = views;
    if (wrong === undefined) throw new Error('it monitors nothing');
    const other = structuredClone(wrong);
    Object.assign(other, { name: 'cache1' });
    Object.assign(other.fields, { name: 'cache1', ip: '198.51.100.4', port: '6379' });
    views.unshift(other);
  }
  expect(monitorReplica.live(gathered)).toMatchObject([
    {
      masterName: 'mymaster',
      message: expect.stringContaining(
        'the master is 198.51.100.4:6379, which the sentinels monitor as cache1',
      ),
      fix: [
        '# clients ask for cache1; once none asks for mymaster:',
        ...[1, 2, 3].map(() => expect.stringMatching(/ SENTINEL REMOVE mymaster$/)),
      ],
    },
  ]);
});
