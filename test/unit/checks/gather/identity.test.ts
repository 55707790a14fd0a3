import { expect, it } from 'vitest';
import { withIdsOfPeers } from '../../../../src/checks/gather/identity.js';
import { healthyGathering } from '../../../helpers/healthy-gathering.js';

const old = { ok: false, why: "ERR Unknown sentinel subcommand 'MYID'" } as const;

it('a sentinel of Redis 6.0, which does not say its id, has the one that its peers list', () => {
  const { sentinels } = healthyGathering();
  const said = withIdsOfPeers(sentinels.map((s) => ({ ...s, myid: old })));
  expect(said.map((s) => s.myid)).toEqual(sentinels.map((s) => s.myid));
});

it('its id stays unknown where its peers list it under two', () => {
  const { sentinels } = healthyGathering();
  const [first] = sentinels;
  const peer = sentinels[1]?.masters;
  const listed = peer?.ok ? peer.value[0]?.sentinels : undefined;
  const mine = listed?.ok
    ? listed.value.find((r) => first?.myid.ok && r.runid === first.myid.value)
    : undefined;
  Object.assign(mine ?? {}, { runid: 'f'.repeat(40) });
  expect(withIdsOfPeers(sentinels.map((s) => ({ ...s, myid: old })))[0]?.myid).toEqual(old);
});
