// How far the times of failover-test's phases are from the sentinels' own logs, beside a floor of the same run: a bare
// subscription of this process to the same sentinels. Both hear of an event after it was logged.
// node bench/phases.mjs [--n=3] [--down-after=2000]; needs dist/ (npm run bench:phases builds it).
import { connect } from 'node:net';
import { argument, machine, Series, withHome } from './shared.mjs';

const ROUNDS = argument('n', 3);
const DOWN_AFTER_MS = argument('down-after', 2000);

/** Which of Sentinel's log lines ends which phase. */
const PHASES = {
  sdownMs: '+sdown',
  odownMs: '+odown',
  electedMs: '+elected-leader',
  promotedMs: '+promoted-slave',
  switchedMs: '+switch-master',
};

/** Subscribes to all of a sentinel's events with nothing between: `{ event, atMs }` of the wall clock, as they arrive. */
function listen({ host, port }, heard) {
  const socket = connect(port, host, () => socket.write('PSUBSCRIBE *\r\n'));
  socket.on('data', (bytes) => {
    const atMs = Date.now();
    for (const event of Object.values(PHASES))
      if (bytes.includes(`\r\n${event}\r\n`)) heard.push({ event, atMs });
  });
  return socket;
}

const firstSince = (events, event, sinceMs) =>
  Math.min(...events.filter((e) => e.event === event && e.atMs >= sinceMs).map((e) => e.atMs));

async function logged(ctl) {
  const { stdout } = await ctl('logs', 'sentinel-1', 'sentinel-2', 'sentinel-3', '--json');
  const lines = stdout.trimEnd().split('\n').map(JSON.parse);
  return Object.values(PHASES).flatMap((event) =>
    lines
      .filter((l) => l.atMs !== null && l.text.includes(` ${event} `))
      .map(({ atMs }) => ({ event, atMs })),
  );
}

await withHome(async ({ ctl }) => {
  console.log(`${machine()}; ${ROUNDS} failovers at down-after ${DOWN_AFTER_MS} ms\n`);
  await ctl('up', '--driver', 'process', '--port', 'auto', '--down-after', `${DOWN_AFTER_MS}ms`);
  const { sentinels } = JSON.parse((await ctl('status', '--json')).stdout);
  const heard = [];
  const sockets = sentinels.map((sentinel) => listen(sentinel, heard));
  const apart = new Series();
  for (let round = 0; round < ROUNDS; round++) {
    const { trials } = JSON.parse((await ctl('failover-test', '--json')).stdout);
    const faultAtMs = Date.parse(trials[0].faultAt);
    const log = await logged(ctl);
    for (const [phase, event] of Object.entries(PHASES)) {
      const atMs = firstSince(log, event, faultAtMs);
      apart.add(`${phase}, failover-test`, Math.abs(faultAtMs + trials[0].phases[phase] - atMs));
      apart.add(`${phase}, bare subscription`, Math.abs(firstSince(heard, event, faultAtMs) - atMs));
    }
  }
  for (const socket of sockets) socket.destroy();
  console.log('Milliseconds after the first log line of a sentinel:\n');
  console.log(apart.table());
});
