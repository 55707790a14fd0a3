import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/cluster/store/journal.js';
import { engineRequired, hasEngine } from '../helpers/docker.js';
import { openStage, type Stage } from '../helpers/faults.js';

const LONG_MS = 180_000;
const CLUSTER = 'faults-e2e';

it.runIf(engineRequired)('a Docker Engine is required and answers', () => expect(hasEngine).toBe(true));

describe.runIf(hasEngine)('the acts that a driver does, in containers', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(CLUSTER, 'docker');
  }, LONG_MS);
  afterAll(() => stage?.close(), LONG_MS);

  const stateOf = async (id: string): Promise<string> => (await stage.live.host.inspect(id)).state;

  it('are done, show, and are taken back into a whole cluster', { timeout: LONG_MS }, async () => {
    const experiment = await stage.open();
    await experiment.inject([
      { act: 'end', node: 'redis-3', signal: 'SIGKILL' },
      { act: 'end', node: 'sentinel-3', signal: 'SIGTERM' },
      { act: 'pause', node: 'sentinel-2' },
      { act: 'fail-saves', node: 'redis-2' },
    ]);
    expect(await stateOf('redis-3')).toBe('exited');
    expect(await stateOf('sentinel-3')).toBe('exited');
    expect(await stateOf('sentinel-2')).toBe('paused');
    expect(String(await stage.ask('redis-2', 'INFO', 'persistence'))).toContain('rdb_last_bgsave_status:err');
    await experiment.heal();
    await experiment.close();
    for (const { id } of stage.live.plan.nodes) expect(await stateOf(id)).toBe('running');
    expect(String(await stage.ask('redis-2', 'INFO', 'persistence'))).toContain('rdb_last_bgsave_status:ok');
    expect((await readJournal(stage.runtime.store, CLUSTER))?.closed).toBe(true);
  });

  it('a dump that could not be written does not keep a container from its start', {
    timeout: LONG_MS,
  }, async () => {
    const experiment = await stage.open();
    await experiment.inject([
      { act: 'fail-saves', node: 'redis-3' },
      { act: 'end', node: 'redis-3', signal: 'SIGKILL' },
    ]);
    await experiment.heal();
    await experiment.close();
    expect(await stateOf('redis-3')).toBe('running');
    expect(String(await stage.ask('redis-3', 'INFO', 'persistence'))).toContain('rdb_last_bgsave_status:ok');
  });
});
