// What clients see of a failover, ioredis as it comes beside what connect() makes of it: the same faults, in turns.
// node bench/clients.mjs [--n=3] [--down-after=2000] [--freeze=12000] [--clients=8] [--rate=1000];
// needs dist/ (npm run bench:clients builds it).
import { argument, machine, median, table, withHome } from './shared.mjs';

const ROUNDS = argument('n', 3);
const DOWN_AFTER_MS = argument('down-after', 2000);
const FREEZE_MS = argument('freeze', 12_000);
const CLIENTS = argument('clients', 8);
const RATE = argument('rate', 1000);

const FAULTS = {
  'master killed': [],
  [`master frozen for ${FREEZE_MS / 1000} s`]: ['--fault', 'freeze', '--for', `${FREEZE_MS}ms`],
};
const POLICIES = { default: 'ioredis as it comes', tuned: 'connect()' };

/** One trial; a run that ends with an expectation that does not hold has its document on stdout all the same. */
async function trial(ctl, words) {
  const { stdout } = await ctl('failover-test', '--json', '--quiet', ...words).catch((error) => error);
  const result = JSON.parse(stdout);
  const [first] = result.trials ?? [];
  if (first?.client === undefined) throw new Error(`there is no trial: ${stdout.slice(0, 400)}`);
  return first;
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

await withHome(async ({ ctl, signal }) => {
  const load = ['--clients', String(CLIENTS), '--rate', String(RATE)];
  console.log(
    `${machine()}; down-after ${DOWN_AFTER_MS} ms, ${CLIENTS} clients, ${RATE} writes/s, ${ROUNDS} rounds\n`,
  );
  await ctl(
    'up',
    '--json',
    '--quiet',
    '--driver',
    'process',
    '--port',
    'auto',
    '--down-after',
    `${DOWN_AFTER_MS}ms`,
  );
  const seen = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [fault, words] of Object.entries(FAULTS)) {
      for (const policy of Object.keys(POLICIES)) {
        signal.throwIfAborted();
        const done = await trial(ctl, [...words, ...load, '--client-policy', policy]);
        const key = `${fault}, ${POLICIES[policy]}`;
        seen.set(key, [...(seen.get(key) ?? []), done]);
      }
    }
  }
  const rows = [...seen].map(([name, trials]) => {
    const { outages, lost } = {
      outages: trials.map((t) => t.client.outageMs ?? Number.NaN),
      lost: trials.map((t) => t.ledger.lost),
    };
    const beyond = trials.map((t) => (t.client.outageMs ?? Number.NaN) - (t.phases.switchedMs ?? Number.NaN));
    const causes = [...new Set(trials.flatMap((t) => Object.keys(t.ledger.causes)))];
    return [
      name,
      seconds(median(outages)),
      seconds(Math.max(...outages)),
      seconds(median(beyond)),
      String(median(lost)),
      String(Math.max(...lost)),
      String(sum(trials.map((t) => t.ledger.acknowledged))),
      causes.join(', ') || '–',
    ];
  });
  const head = ['', 'outage', 'longest', 'beyond switch', 'lost', 'most', 'of all acknowledged', 'because'];
  console.log(table(head, rows));
});
