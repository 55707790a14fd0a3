import { describe, expect, it } from 'vitest';
import type { KnownCluster } from '../../../src/cli/known.js';
import { OperatorError } from '../../../src/errors.js';
import type { Problem, StatusResult } from '../../../src/model/status.js';
import type { LookResult } from '../../../src/tui/looks.js';
import { menuChoices } from '../../../src/tui/menu-choices.js';
import { hiddenChoices } from '../../../src/tui/menu-hidden.js';
import { nodeOffers } from '../../../src/tui/menu-lists.js';
import type { MenuChoice, MenuState, MenuTarget } from '../../../src/tui/menu-state.js';

const IDS = ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'];
const CLUSTER: KnownCluster = {
  name: 'c1',
  driver: 'process',
  masterName: 'mymaster',
  nodes: IDS,
  isKept: false,
  way: null,
  isReadonly: false,
  isInFile: false,
};
const OWN: MenuTarget = { kind: 'own', name: 'c1', words: ['--cluster', 'c1'] };
const ATTACHED: MenuTarget = { kind: 'attached', name: null, words: ['--sentinel-addrs', 'h:1'] };

/** What a look shows where these nodes do not answer. */
function look(silent: string[], problems: Partial<Problem>[] = [], next: string | null = null): LookResult {
  const server = (id: string): object => ({ id, reachable: !silent.includes(id), role: 'replica' });
  const status = {
    masters: [{ master: { id: 'redis-1' }, nodes: IDS.slice(0, 3).map(server) }],
    sentinels: IDS.slice(3).map(server),
    problems: problems.map((problem) => ({ subjects: [], ...problem })),
    verdict: { word: 'DEGRADED', text: 'x', cause: 'x is down', next },
  } as unknown as StatusResult;
  const health = silent.length === 6 ? 'down' : problems.length > 0 ? 'unhealthy' : 'healthy';
  return { health, status };
}
const stateOf = (more: Partial<MenuState>): MenuState => ({
  clusters: [CLUSTER],
  target: OWN,
  look: look([]),
  reports: [],
  hasHistory: false,
  ambient: null,
  ...more,
});
const names = (more: Partial<MenuState>): string[] => menuChoices(stateOf(more)).map((c) => c.name);
const linesOf = (choices: readonly MenuChoice[]): string[] =>
  choices.flatMap(({ does }) => ('words' in does ? [does.words.join(' ')] : []));
const dead = (id: string): Partial<Problem> => ({
  id: 'node-unreachable',
  message: `${id} does not answer`,
  fix: `sentinelctl start ${id} --cluster c1`,
});

const KILLING = [
  'Failover test: kills the master',
  'Quorum test: kills the master',
  'Sweep: kills the master often',
  'Faults …',
];

describe('what the menu offers', () => {
  it('up first, where there is no cluster', () => {
    const offered = names({ clusters: [], target: { kind: 'none', named: null }, look: null });
    expect(offered.slice(0, 2)).toEqual(['Up', 'Up, as plain processes']);
    expect(offered).not.toContain('Down: remove the cluster');
    expect(offered).not.toContain('Status');
  });

  it('up by the name that was given, where there is no cluster of that name', () => {
    const [up] = menuChoices(stateOf({ target: { kind: 'none', named: 'orders' }, look: null }));
    expect(up?.does).toEqual({ type: 'run', words: ['up', '--cluster', 'orders'] });
  });

  it('looks first on a healthy cluster, then what breaks it by a name that says so, and starts nothing', () => {
    const offered = names({});
    expect(offered.slice(0, 3)).toEqual(['Status', 'Watch', 'Doctor']);
    expect(offered).toEqual(expect.arrayContaining([...KILLING, 'Scenarios …', 'Kill a node …']));
    expect(offered.filter((name) => /start|heal|^Up$|^Fix/i.test(name))).toEqual([]);
  });

  it('a wait until it is healthy where it is not, and something answers', () => {
    const WAIT = 'Wait until it is healthy';
    const ailing = look(['redis-2'], [dead('redis-2')]);
    for (const target of [OWN, ATTACHED]) expect(names({ target, look: ailing })).toContain(WAIT);
    expect(linesOf(menuChoices(stateOf({ look: ailing })))).toContain('wait --cluster c1');
    for (const other of [null, look([]), look(IDS)]) expect(names({ look: other })).not.toContain(WAIT);
  });

  it('the repair of each problem first, and no test that kills the master', () => {
    const offered = names({ look: look(['redis-2', 'redis-3'], [dead('redis-2'), dead('redis-3')]) });
    expect(offered.slice(0, 3)).toEqual(['Fix: start redis-2', 'Fix: start redis-3', 'Status']);
    for (const name of KILLING) expect(offered).not.toContain(name);
    // Both are offered by name already.
    expect(offered).not.toContain('Start a node …');
  });

  it('a repair is run on its cluster, once', () => {
    const choices = menuChoices(stateOf({ look: look(['redis-2'], [dead('redis-2'), dead('redis-2')]) }));
    expect(linesOf(choices).filter((line) => line.startsWith('start'))).toEqual([
      'start redis-2 --cluster c1',
    ]);
  });

  it('what the verdict asks for comes first also where it repairs nothing by itself', () => {
    const skew = 'redis-cli -h 127.0.0.1 -p 26379 SENTINEL SET mymaster quorum 2';
    const first = (next: string): MenuChoice | undefined =>
      menuChoices(stateOf({ look: look(['redis-2'], [dead('redis-2')], next) }))[0];
    expect(first(skew)).toMatchObject({
      name: 'Next: doctor --fix',
      about: 'x is down',
      does: { words: ['doctor', '--fix', '--cluster', 'c1'] },
    });
    // What doctor does not do itself it shows.
    expect(first('redis-cli -h 127.0.0.1 -p 6381 REPLICAOF 127.0.0.1 6379')).toMatchObject({
      name: 'Next: doctor',
      does: { words: ['doctor', '--cluster', 'c1'] },
    });
    expect(first('sentinelctl logs redis-2 --tail 50 --cluster c1')).toMatchObject({
      name: 'Next: logs redis-2 --tail 50',
      does: { words: ['logs', 'redis-2', '--tail', '50', '--cluster', 'c1'] },
    });
    expect(first('sentinelctl logs redis-2 --cluster other')?.name).toBe('Fix: start redis-2');
  });

  it('what is not offered says why where its name is typed', () => {
    const why = (more: Partial<MenuState>): Record<string, string> =>
      Object.fromEntries(hiddenChoices(stateOf(more)).map((h) => [h.name, h.why]));
    expect(why({})).toEqual({});
    const ailing = why({ look: look(['redis-2'], [dead('redis-2')]) });
    expect(Object.keys(ailing)).toEqual(KILLING);
    expect(ailing['Faults …']).toBe('the cluster is not HEALTHY: fix it first');
    const open = { id: 'unfinished-journal', message: 'x', fix: 'sentinelctl recover' };
    expect(why({ look: look([], [open]) })['Kill a node …']).toMatch(/not rolled back/);
    expect(why({ target: ATTACHED })['Down: remove the cluster']).toMatch(/did not create this cluster/);
    const none = why({ clusters: [], target: { kind: 'none', named: null }, look: null });
    expect(none['Faults …']).toBe('no cluster exists; "Up" creates one');
  });

  it('what the verdict asks for comes before every other repair', () => {
    const problems = [dead('redis-2'), dead('redis-3')];
    const offered = names({ look: look(['redis-2', 'redis-3'], problems, dead('redis-3').fix) });
    expect(offered.slice(0, 3)).toEqual(['Fix: start redis-3', 'Fix: start redis-2', 'Status']);
  });

  it('a command for each server of one problem', () => {
    const fix = ['redis-2', 'redis-3'].map((id) => dead(id).fix).join('\n');
    const problem = { ...dead('redis-2'), subjects: ['redis-2', 'redis-3'], fix };
    const offered = names({ look: look(['redis-2', 'redis-3'], [problem]) });
    expect(offered.slice(0, 3)).toEqual(['Fix: start redis-2', 'Fix: start redis-3', 'Status']);
  });

  it.each([
    'redis-cli -p 6379 PING',
    'sentinelctl status',
    'sentinelctl logs redis-2 --tail 50',
    'sentinelctl restart NODE',
    'sentinelctl down',
    'sentinelctl kill redis-1',
    'sentinelctl start redis-2 --cluster other',
    'sentinelctl start redis-2\nsentinelctl start redis-3',
    'wait',
  ])('never offers "%s" as a repair', (fix) => {
    const offered = names({ look: look(['redis-2'], [{ id: 'x', message: 'x', fix }]) });
    expect(offered.filter((name) => name.startsWith('Fix'))).toEqual([]);
    expect(offered).toContain('Start a node …');
  });

  it('up first where nothing answers', () => {
    const offered = names({ look: look(IDS, [{ id: 'no-sentinel', message: 'x', fix: 'wait' }]) });
    expect(offered.slice(0, 2)).toEqual(['Up', 'Status']);
    expect(offered).not.toContain('Kill a node …');
    const up = { id: 'no-master', message: 'x', fix: 'sentinelctl up --cluster c1' };
    expect(names({ look: look(IDS, [up, dead('redis-1')]) }).slice(0, 2)).toEqual(['Fix: up', 'Status']);
  });

  it('only the roll back, looks and down, where a run was cut off', () => {
    const unfinished = { id: 'unfinished-journal', message: 'x', fix: 'sentinelctl recover --cluster c1' };
    const offered = names({ look: look(['redis-2'], [unfinished]) });
    expect(offered[0]).toBe('Fix: recover');
    for (const name of [...KILLING, 'Kill a node …', 'Start a node …', 'Heal'])
      expect(offered).not.toContain(name);
    expect(offered).toContain('Down: remove the cluster');
    expect(names({ look: look([], [{ ...unfinished, fix: 'wait' }]) })[0]).toBe('Heal');
  });

  it('nothing that changes the cluster while a run is active', () => {
    const active = { id: 'run-under-way', message: 'x', fix: 'sentinelctl start redis-2 --cluster c1' };
    const lines = linesOf(menuChoices(stateOf({ look: look(['redis-2'], [active]) })));
    const changing = /^(up --cluster c1|down|start|kill|heal|recover|failover-test|quorum-test|inject)\b/;
    expect(lines.filter((line) => changing.test(line))).toEqual([]);
  });

  it('only what looks, of a cluster whose state is not known', () => {
    const failure = new OperatorError({ code: 'x', message: 'x', exitCode: 2 });
    for (const look of [
      null,
      { failure: { ...failure, why: undefined, hint: undefined, stack: undefined } },
    ]) {
      const offered = names({ look });
      expect(offered[0]).toBe('Status');
      for (const name of [...KILLING, 'Kill a node …', 'Start a node …']) expect(offered).not.toContain(name);
    }
  });

  it('only what looks, of an attached cluster', () => {
    const choices = menuChoices(
      stateOf({ target: ATTACHED, look: look(['redis-2'], [dead('redis-2')]), reports: ['report.json'] }),
    );
    expect(linesOf(choices)).toEqual([
      'status --sentinel-addrs h:1',
      'status --watch --sentinel-addrs h:1',
      'wait --sentinel-addrs h:1',
      'doctor --sentinel-addrs h:1',
      'master-addr --sentinel-addrs h:1',
      'env --sentinel-addrs h:1',
      'replicas --sentinel-addrs h:1',
      'sentinels --sentinel-addrs h:1',
      'report report.json',
      '--help',
    ]);
  });

  it('of one that was attached under a name what can be done there, and no name that confirms it', () => {
    const target: MenuTarget = { kind: 'attached', name: 'c1', words: ['--cluster', 'c1'] };
    const of = (known: Partial<KnownCluster>, more: Partial<MenuState> = {}): string[] =>
      names({ target, clusters: [{ ...CLUSTER, driver: 'attached', way: 'local', ...known }], ...more });
    expect(of({})).toEqual(expect.arrayContaining([...KILLING, 'Kill a node …', 'Logs', 'Detach']));
    expect(of({ isInFile: true })).not.toContain('Detach');
    const network = of({ way: 'network' });
    expect(network).toContain('Faults …');
    for (const name of ['Kill a node …', 'Logs', ...KILLING.slice(0, 3)]) expect(network).not.toContain(name);
    const readonly = of({ isReadonly: true });
    for (const name of [...KILLING, 'Kill a node …']) expect(readonly).not.toContain(name);
    const start = 'sentinelctl start redis-2 --confirm c1 --cluster c1';
    const ailing = { target, look: look(['redis-2'], [dead('redis-2')], start) };
    const clusters = [{ ...CLUSTER, driver: 'attached', way: 'local' }];
    expect(linesOf(menuChoices(stateOf({ ...ailing, clusters })))).toEqual(
      expect.arrayContaining(['start redis-2 --cluster c1', 'start … --cluster c1']),
    );
    expect(of({ isReadonly: true }, ailing)[0]).toBe('Status');
  });

  it('history and report where there are some', () => {
    expect(names({})).not.toContain('History');
    expect(names({})).not.toContain('Report');
    expect(names({ hasHistory: true, reports: ['report/report.json'] })).toEqual(
      expect.arrayContaining(['History', 'Report']),
    );
    expect(names({ reports: ['a/report.json', 'b/report.json'] })).toContain('Report …');
  });

  it('says that scenarios run on the cluster that the settings name', () => {
    const about = (ambient: string | null): string | undefined =>
      menuChoices(stateOf({ ambient })).find((c) => c.name === 'Scenarios …')?.about;
    expect(about(null)).toContain('on a scratch cluster');
    expect(about('orders')).toContain('on cluster orders');
  });

  it('every section once, every name once, and every command that changes the cluster names it', () => {
    const choices = menuChoices(stateOf({ hasHistory: true, reports: ['r.json'] }));
    const sections = choices.map((c) => c.section).filter((s, i, all) => s !== all[i - 1]);
    expect(new Set(sections).size).toBe(sections.length);
    expect(new Set(choices.map((c) => c.name)).size).toBe(choices.length);
    const unnamed = linesOf(choices).filter((line) => !line.endsWith('--cluster c1'));
    expect(unnamed).toEqual([
      'chaos run …',
      'report r.json',
      'up --port auto --sentinel-port auto --cluster …',
      '--help',
    ]);
  });
});

describe('the nodes that the menu offers', () => {
  it('only those that do not answer to start, only those that do to kill', () => {
    const state = stateOf({ look: look(['redis-2', 'sentinel-3']) });
    const offered = (command: string): string[] => nodeOffers(state, command).map((o) => o.key);
    expect(offered('start')).toEqual(['redis-2', 'sentinel-3']);
    expect(offered('kill')).toEqual(['redis-3', 'sentinel-1', 'sentinel-2', 'master', 'redis-1']);
  });
});
