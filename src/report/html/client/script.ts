/**
 * What the page does by itself: trials as tabs, close-ups, one cursor over all lanes, tooltips by pointer and by
 * keyboard. Without it everything is still there to read. A plain script, not a module: `scripts/client.mjs` puts it into the page.
 */
{
  const all = <E extends Element = HTMLElement>(selector: string, root: ParentNode = document): E[] => [
    ...root.querySelectorAll<E>(selector),
  ];
  const byId = (id: string): HTMLElement | null => document.getElementById(id);

  /** An element of the page's own markup. Throws where it is missing. */
  function need<T>(element: T | null | undefined): T {
    if (element === null || element === undefined) throw new Error('the page is damaged');
    return element;
  }

  /** The nearest element around an event's target that a selector fits. */
  function around<E extends Element = HTMLElement>(event: Event, selector: string): E | null {
    return event.target instanceof Element ? event.target.closest<E>(selector) : null;
  }

  const tip = need(byId('tip'));
  /** What has a tooltip: its `aria-label`. */
  const HAS_TIP = '.track button, .track svg';
  type Tipped = HTMLElement | SVGSVGElement;

  function showTip(target: Tipped): void {
    tip.textContent = target.getAttribute('aria-label');
    tip.hidden = false;
    const box = target.getBoundingClientRect();
    const middle = (box.left + box.right) / 2;
    const rightmost = Math.max(8, document.documentElement.clientWidth - tip.offsetWidth - 8);
    const left = Math.min(Math.max(8, middle - tip.offsetWidth / 2), rightmost);
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above < 4 ? box.bottom + 8 : above}px`;
  }

  function hideTip(): void {
    tip.hidden = true;
  }

  for (const [begin, end] of [
    ['pointerover', 'pointerout'],
    ['focusin', 'focusout'],
  ] as const) {
    document.addEventListener(begin, (event) => {
      const target = around<Tipped>(event, HAS_TIP);
      // Over a plot the pointer moves the cursor, which a tooltip would hide.
      if (target !== null && (begin === 'focusin' || target.closest('.drawing') === null)) showTip(target);
    });
    document.addEventListener(end, hideTip);
  }
  // The browser scrolls what has the focus into view: its tooltip moves with it, the pointer's does not.
  addEventListener(
    'scroll',
    () => {
      const focused = document.activeElement?.closest<Tipped>(HAS_TIP) ?? null;
      if (focused !== null && !tip.hidden) showTip(focused);
      else hideTip();
    },
    { capture: true, passive: true },
  );

  /** What can have the focus on a track, from left to right. */
  const ordered = (track: Element): Tipped[] =>
    all<Tipped>('button, svg', track)
      .filter((part) => part.getClientRects().length > 0)
      .sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left);
  // Within a lane the arrow keys move the focus, so that Tab goes from lane to lane.
  for (const track of all('.track')) {
    const first = track.querySelector<Tipped>('button, svg');
    if (first !== null) first.tabIndex = 0;
  }

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hideTip();
    const tab = around(event, '[role=tab]');
    const tipped = around<Tipped>(event, HAS_TIP);
    const from = tab ?? tipped;
    const track = tipped?.closest('.track') ?? null;
    const list: Tipped[] = tab !== null ? all('[role=tab]') : track !== null ? ordered(track) : [];
    const at = from === null ? -1 : list.indexOf(from);
    if (from === null || at < 0) return;
    const places: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: list.length - 1,
    };
    const next = list[places[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    from.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    if (tab !== null && next instanceof HTMLElement) select(next);
  });

  interface Placed {
    mark: HTMLElement;
    box: DOMRect;
  }

  /** Whether a box is nearer than `gap` to one of another mark. */
  const meets = (mark: Element, box: DOMRect, taken: readonly Placed[], gap: number): boolean =>
    taken.some((t) => t.mark !== mark && box.left < t.box.right + gap && box.right > t.box.left - gap);

  /** Shows marks and the labels beside them, the more important first; a mark without room becomes a dot. */
  function label(track: Element): void {
    const marks = all('.mark:not(.minor)', track).sort(
      (a, b) => Number(a.dataset.rank) - Number(b.dataset.rank),
    );
    const edge = track.getBoundingClientRect().right;
    const taken: Placed[] = [];
    for (const mark of marks) {
      mark.classList.remove('dot');
      const box = need(mark.firstElementChild).getBoundingClientRect();
      const isTight = meets(mark, box, taken, 1);
      mark.classList.toggle('dot', isTight);
      if (!isTight) taken.push({ mark, box });
    }
    for (const mark of marks) {
      const em = mark.querySelector('em');
      if (em === null) continue;
      em.classList.remove('off', 'left');
      let box = em.getBoundingClientRect();
      if (box.right > edge) {
        em.classList.add('left');
        box = em.getBoundingClientRect();
      }
      if (mark.classList.contains('dot') || meets(mark, box, taken, 4)) em.classList.add('off');
      else taken.push({ mark, box });
    }
  }

  /** Hides texts that do not fit into their segment, rather than cutting a word in half. */
  function fitTexts(root: Element): void {
    for (const seg of all('.seg', root)) {
      const text = seg.firstElementChild;
      text?.classList.toggle('off', text.scrollWidth > seg.clientWidth - 4);
    }
    for (const track of all('.sentinel .track', root)) label(track);
    for (const axis of all('.axis .track', root)) thin(axis);
  }

  /** Numbers on the axis that would touch the one before them are not shown. */
  function thin(axis: Element): void {
    let end = Number.NEGATIVE_INFINITY;
    const edge = axis.getBoundingClientRect().right;
    for (const tick of all('i', axis)) {
      tick.classList.remove('off');
      const { left, right } = tick.getBoundingClientRect();
      const isTight = left < end + 6 || right > edge;
      tick.classList.toggle('off', isTight);
      if (!isTight) end = right;
    }
  }

  function closeUp(button: HTMLElement): void {
    const trial = need(button.closest('.trial'));
    for (const other of all('.closer button', trial)) {
      const on = other === button;
      other.setAttribute('aria-pressed', String(on));
      need(byId(other.getAttribute('aria-controls') ?? '')).hidden = !on;
    }
    const chart = need(
      byId(button.getAttribute('aria-controls') ?? '')?.querySelector<HTMLElement>('.chart'),
    );
    const whole = need(trial.querySelector<HTMLElement>('.chart'));
    const lens = need(whole.querySelector<HTMLElement>('.lens'));
    const [left, right] = [Number(chart.dataset.from), Number(chart.dataset.to)].map((ms) =>
      shareOf(whole, ms),
    );
    lens.style.left = `${(left ?? 0) * 100}%`;
    lens.style.width = `${((right ?? 0) - (left ?? 0)) * 100}%`;
    fitTexts(chart);
    if (cursorMs !== null) point(trial, cursorMs);
  }

  /** A plot with a linear or a logarithmic axis. */
  function turnAxis(button: HTMLElement): void {
    const isLog = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(isLog));
    for (const drawing of all('.drawing', need(button.closest('.lane'))))
      drawing.hidden = (drawing.dataset.axis === 'log') !== isLog;
  }

  interface Load {
    fromMs: number;
    bucketMs: number;
    ok: number[];
    errors: number[];
    p50Ms?: (number | null)[];
    p99Ms?: (number | null)[];
  }
  interface Client extends Load {
    id: string;
  }
  interface Result {
    trials: { client?: { overTime?: Load; clients: Client[] } }[];
  }
  const result = JSON.parse(need(byId('result')).textContent ?? '') as Result;

  const seconds = (ms: number): string => `${ms < 0 ? '−' : ''}${(Math.abs(ms) / 1000).toFixed(2)} s`;
  const perSecond = (count: number, { bucketMs }: Load): string =>
    Math.round((count * 1000) / bucketMs).toLocaleString('en');
  function latency(ms: number | null | undefined): string {
    if (ms === null || ms === undefined) return '–';
    return ms < 1000 ? `${Number(ms.toPrecision(2))} ms` : `${(ms / 1000).toFixed(2)} s`;
  }

  const shareOf = ({ dataset }: HTMLElement, ms: number): number =>
    Math.min(1, Math.max(0, (ms - Number(dataset.from)) / (Number(dataset.to) - Number(dataset.from))));

  /** What a lane shows at a moment; empty where it shows nothing. */
  function valueAt(lane: HTMLElement, chart: HTMLElement, ms: number): string {
    const client = result.trials[Number(chart.dataset.trial)]?.client;
    const name = lane.dataset.lane ?? '';
    const kind = lane.classList;
    const load = kind.contains('client') ? client?.clients.find((c) => c.id === name) : client?.overTime;
    if (load !== undefined && (kind.contains('client') || kind.contains('plot'))) {
      const bucket = Math.floor((ms - load.fromMs) / load.bucketMs);
      if (bucket < 0 || bucket >= load.ok.length) return '';
      if (name === 'latency')
        return `p50 ${latency(load.p50Ms?.[bucket])}, p99 ${latency(load.p99Ms?.[bucket])}`;
      const errors = load.errors[bucket] ?? 0;
      return `${perSecond(load.ok[bucket] ?? 0, load)}/s${errors > 0 ? `, ${perSecond(errors, load)} err/s` : ''}`;
    }
    const share = shareOf(chart, ms) * 100;
    const at = all('.track > .seg, .track > .lost', lane).find((part) => {
      const left = Number.parseFloat(part.style.left);
      return share >= left && share <= left + Number.parseFloat(part.style.width);
    });
    const words = at?.classList.contains('lost') ? at.getAttribute('aria-label') : at?.textContent;
    return words?.replace(/ acknowledged[\s\S]*/, ' lost') ?? '';
  }

  /** Where the cursor stands, in milliseconds from the fault; null while there is none. */
  let cursorMs: number | null = null;

  /** Puts the cursor of every chart of a trial at one moment, and shows beside each lane what it was then. */
  function point(trial: Element, ms: number): void {
    cursorMs = ms;
    for (const chart of all('.chart', trial)) {
      const isWithin = ms >= Number(chart.dataset.from) && ms <= Number(chart.dataset.to);
      const cursor = need(chart.querySelector<HTMLElement>('.cursor'));
      cursor.hidden = !isWithin;
      chart.classList.toggle('pointed', isWithin);
      if (!isWithin || chart.closest('[hidden]') !== null) continue;
      const share = shareOf(chart, ms);
      cursor.style.left = `${share * 100}%`;
      cursor.classList.toggle('right', share > 0.85);
      need(cursor.firstElementChild).textContent = seconds(ms);
      const values = all('.lane[data-lane]', chart).map((lane) => {
        const value = valueAt(lane, chart, ms);
        need(lane.querySelector('.now')).textContent = value === '' ? '–' : value;
        return value === '' ? '' : `${lane.dataset.lane} ${value}`;
      });
      const scrub = need(chart.querySelector<HTMLInputElement>('.scrub'));
      scrub.value = String(Math.round(ms));
      const said = values.filter((words) => words !== '').join('; ');
      scrub.setAttribute('aria-valuetext', `${seconds(ms)}: ${said}`);
    }
  }

  function unpoint(): void {
    cursorMs = null;
    for (const cursor of all('.cursor')) cursor.hidden = true;
    for (const chart of all('.chart.pointed')) chart.classList.remove('pointed');
  }

  for (const event of ['pointermove', 'pointerdown'] as const) {
    document.addEventListener(event, (at) => {
      const chart = around(at, '.chart');
      if (chart === null) return;
      const { left, width } = need(chart.querySelector('.track')).getBoundingClientRect();
      const share = (at.clientX - left) / width;
      if (share < 0 || share > 1) return;
      const [from, to] = [Number(chart.dataset.from), Number(chart.dataset.to)];
      point(need(chart.closest('.trial')), from + share * (to - from));
    });
  }
  for (const scrub of all<HTMLInputElement>('.scrub')) {
    scrub.addEventListener('input', () => {
      point(need(scrub.closest('.trial')), Number(scrub.value));
    });
  }
  for (const chart of all('.chart')) {
    chart.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse') unpoint();
    });
  }

  document.addEventListener('click', (event) => {
    const part = around(event, '.closer button');
    if (part !== null) closeUp(part);
    const axis = around(event, '.axis-kind');
    if (axis !== null) turnAxis(axis);
    const copy = around(event, '.copy');
    if (copy !== null) void copied(copy);
    const tab = around(event, '[role=tab]');
    if (tab !== null) select(tab);
  });

  /** Puts the command before a button into the clipboard, and says so in the button. */
  async function copied(button: HTMLElement): Promise<void> {
    const code = need(button.parentElement?.querySelector('code'));
    try {
      await navigator.clipboard.writeText(code.textContent ?? '');
      button.textContent = 'Copied';
    } catch {
      // Without the right to the clipboard the text is selected, to be copied by hand.
      getSelection()?.selectAllChildren(code);
      button.textContent = 'Selected';
    }
  }
  for (const button of all('.copy')) button.hidden = false;

  /** UTC is in the page; the reader's own time is added. */
  for (const time of all<HTMLTimeElement>('time')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const local = at.toLocaleTimeString('en-GB', { timeZoneName: 'short' });
    if (!/ (UTC|GMT)$/.test(local)) time.append(`, ${local} here`);
  }

  const panelOf = (tab: Element): HTMLElement => need(byId(tab.getAttribute('aria-controls') ?? ''));

  function select(tab: HTMLElement): void {
    for (const other of all('[role=tab]')) {
      const on = other === tab;
      other.setAttribute('aria-selected', String(on));
      other.tabIndex = on ? 0 : -1;
      panelOf(other).hidden = !on;
    }
    tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    fitTexts(panelOf(tab));
  }

  /** `report.html#trial-3` opens on that trial. */
  function follow(): void {
    const linked = /^#trial-(\d{1,6})$/.exec(location.hash)?.[1];
    const tab = linked === undefined ? null : byId(`tab-${linked}`);
    if (tab !== null) select(tab);
  }
  addEventListener('hashchange', follow);
  follow();

  function fitAll(): void {
    for (const trial of all('.trial:not([hidden])')) fitTexts(trial);
  }
  addEventListener('resize', fitAll);
  addEventListener('beforeprint', fitAll);
  fitAll();

  const raw = need(byId('raw'));
  need(raw.closest('details')).addEventListener('toggle', () => {
    if (raw.textContent === '') raw.textContent = JSON.stringify(result, null, 2);
  });
}
