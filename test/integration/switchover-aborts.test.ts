import { type Duplex, duplexPair } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Experiment } from '../../src/faults/experiment.js';
import { machineNowMs } from '../../src/host/monotonic.js';
import { dataNodes } from '../../src/model/plan.js';
import { direct } from '../../src/switchover/direct.js';
import { standBy } from '../../src/switchover/guard.js';
import { NO_GUARD } from '../../src/switchover/guard-process.js';
import { type Look, lookAt } from '../../src/switchover/look.js';
import { moveOf } from '../../src/switchover/move-of.js';
import { demotion, type Links, type Move, openLinks, promote } from '../../src/switchover/moves.js';
import { fullSyncsBetween, prove } from '../../src/switchover/prove.js';
import { until } from '../../src/until.js';
import { parseRole } from '../../src/wire/replies.js';
import { transaction } from '../../src/wire/transaction.js';
import { type FaultCluster, openFaultCluster } from '../helpers/faults.js';

const LINK_MS = 5000;

describe('a switchover that is cut off', () => {
  let cluster: FaultCluster;
  let look: Look;
  let move: Move;
  beforeAll(async () => {
    cluster = await openFaultCluster('cutoff', 'process');
  });
  afterAll(() => cluster?.close());

  beforeEach(async () => {
    // After a move the sentinels hear of the replicas with their next INFO.
    const found = await until(
      () => lookAt(cluster.runtime, cluster.live, { to: null, method: null }).catch(() => undefined),
      { clock: systemClock, everyMs: 100, deadlineMs: 30_000 },
    );
    if (found === undefined) throw new Error('no replica can become the master');
    look = found;
    move = { ...moveOf(cluster.live, look), pauseMs: 20_000 };
  });

  /** With the move in its journal. */
  const planned = async (): Promise<Experiment> => {
    const experiment = await cluster.open();
    await experiment.plan([{ act: 'switchover', master: look.roles.master.id, target: look.target.id }]);
    return experiment;
  };
  const linked = async (of: Move = move): Promise<Links> => {
    const links = await openLinks(of, systemClock, LINK_MS);
    onTestFinished(() => links.close());
    return links;
  };
  const run = (links: Links, of: Move, guard = NO_GUARD) =>
    direct({ clock: systemClock, cluster: 'cutoff', links, move: of, guard });
  /** Answers only once writes are let go on: a pause holds PUBLISH back as well. */
  const writes = (id: string): Promise<unknown> => cluster.ask(id, 'SET', 'probe', '1');
  /** The old master is the only one, both others follow it, and so many of them needed a full resync. */
  const isAsBefore = async (fullSyncs = 0): Promise<void> => {
    const roles = await Promise.all(
      dataNodes(cluster.live.plan).map(async ({ id }) => [id, parseRole(await cluster.ask(id, 'ROLE')).role]),
    );
    expect(roles.filter(([, role]) => role === 'master')).toEqual([[look.roles.master.id, 'master']]);
    const { proofs, snapshot } = await prove(cluster.live, {
      target: look.roles.master,
      address: look.roles.master.announce,
      epoch: 0,
    });
    expect(proofs.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    expect(fullSyncsBetween(cluster.live, look.snapshot, snapshot)).toBe(fullSyncs);
    await writes(look.roles.master.id);
  };
  const isMoved = async (): Promise<void> => {
    const { proofs, snapshot } = await prove(cluster.live, {
      target: look.target,
      address: move.targetAddress,
      epoch: look.epoch + 1,
    });
    expect(proofs.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    expect(fullSyncsBetween(cluster.live, look.snapshot, snapshot)).toBe(0);
    await writes(look.target.id);
  };

  it('is given up where the new master does not catch up within the pause', async () => {
    const short = { ...move, pauseMs: 1000 };
    const links = await linked(short);
    await cluster.live.host.pause(look.target.id);
    try {
      await expect(run(links, short)).rejects.toMatchObject({
        code: 'switchover-aborted',
        exitCode: 3,
        message: expect.stringContaining('"catch-up"'),
      });
      await writes(look.roles.master.id);
    } finally {
      await cluster.live.host.resume(look.target.id);
    }
    await isAsBefore();
  });

  it('is rolled back where no sentinel takes the hello', async () => {
    const deaf = {
      ...move,
      sentinels: move.sentinels.map((one) => ({ ...one, hello: one.hello.replace(/mymaster/, 'another') })),
    };
    await expect(run(await linked(deaf), deaf)).rejects.toMatchObject({
      code: 'switchover-aborted',
      message: expect.stringContaining('"hello"'),
    });
    await isAsBefore();
  });

  /** A guard in this process, and the end of the pipe that the command would have. */
  const guarded = async (): Promise<{ pipe: Duplex; end: Promise<string> }> => {
    const [mine, its] = duplexPair();
    const end = standBy(systemClock, its);
    let said = '';
    mine.on('data', (bytes: Buffer) => {
      said += String(bytes);
    });
    mine.write(`${JSON.stringify(move)}\n`);
    const isReady = () => (said === 'ready\n' ? true : undefined);
    await until(isReady, { clock: systemClock, everyMs: 5, deadlineMs: 30_000 });
    expect(said).toBe('ready\n');
    return { pipe: mine, end };
  };
  const held = (links: Links) =>
    transaction(links.master, [['CLIENT', 'PAUSE', move.pauseMs, 'WRITE'], ['ROLE']]);

  it('lets writes go on at once where the command dies in the pause', async () => {
    const { pipe, end } = await guarded();
    pipe.write('held\n');
    await held(await linked());
    pipe.end();
    expect(await end).toBe('released');
    await isAsBefore();
  });

  it('does nothing where the command has said that it is done', async () => {
    const { pipe, end } = await guarded();
    pipe.write(`held\narmed ${machineNowMs() + move.pauseMs}\noff\n`);
    await until(() => (pipe.readableLength === 0 ? true : undefined), {
      clock: systemClock,
      everyMs: 5,
      deadlineMs: 1000,
    });
    pipe.end();
    expect(await end).toBe('not-needed');
    await isAsBefore();
  });

  it('puts the roles back where the command hung until the pause was over', async () => {
    const { pipe, end } = await guarded();
    const links = await linked();
    await promote(links);
    pipe.write(`held\narmed ${machineNowMs() - 1}\n`);
    expect(await end).toBe('put-back');
    pipe.end();
    // The old master never heard of the history that the promotion began.
    await isAsBefore(1);
  });

  it('is finished by the guard where the command dies after the promotion', async () => {
    const { pipe, end } = await guarded();
    const links = await linked();
    pipe.write('held\n');
    await held(links);
    pipe.write(`armed ${machineNowMs() + move.pauseMs}\n`);
    await promote(links);
    pipe.end();
    expect(await end).toBe('finished');
    await isMoved();
  });

  it('leaves no connection open where the command dies after its own demotion closed that of the guard', async () => {
    const { pipe, end } = await guarded();
    const links = await linked();
    pipe.write('held\n');
    await held(links);
    pipe.write(`armed ${machineNowMs() + move.pauseMs}\n`);
    await promote(links);
    await transaction(links.master, demotion(move));
    links.close();
    pipe.end();
    expect(await end).toBe('finished');
    await isMoved();
    // Only the sentinels and the one that asks: an open connection would keep the guard's process alive.
    const clients = async (): Promise<string[]> => {
      const list = await cluster.ask(look.roles.master.id, 'CLIENT', 'LIST', 'TYPE', 'normal');
      return String(list)
        .trim()
        .split('\n')
        .filter((line) => !/ name=sentinel-/.test(line));
    };
    const alone = async () => ((await clients()).length === 1 ? true : undefined);
    const gone = await until(alone, { clock: systemClock, everyMs: 20, deadlineMs: 10_000 });
    expect(gone, (await clients()).join('\n')).toBe(true);
  });

  it('is demoted by the guard where the command dies while a sentinel promotes', async () => {
    const experiment = await planned();
    const { pipe, end } = await guarded();
    const links = await linked();
    await held(links);
    pipe.write(`held\nfollow ${machineNowMs() + move.pauseMs}\n`);
    pipe.end();
    await promote(links);
    expect(await end).toBe('finished');
    const role = parseRole(await cluster.ask(look.roles.master.id, 'ROLE'));
    expect(role).toMatchObject({ role: 'replica', follows: look.target.announce });
    await experiment.heal({ guarded: true });
    await experiment.close();
    await isMoved();
  });

  it('is finished by recover where both die between the demotion and the hello', async () => {
    const experiment = await planned();
    const links = await linked();
    await held(links);
    await promote(links);
    await transaction(links.master, [
      ['REPLICAOF', move.targetAddress.host, move.targetAddress.port],
      ['CLIENT', 'UNPAUSE'],
    ]);
    await experiment.heal({ guarded: true });
    await experiment.close();
    await isMoved();
  });

  it('is rolled back by recover where both die after the promotion', async () => {
    const experiment = await planned();
    const links = await linked();
    await held(links);
    await promote(links);
    await experiment.heal({ guarded: true });
    await experiment.close();
    await writes(look.roles.master.id);
    const { proofs } = await prove(cluster.live, {
      target: look.roles.master,
      address: look.roles.master.announce,
      epoch: 0,
    });
    expect(proofs.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
  });
});
