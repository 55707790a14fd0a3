/**
 * What the page does by itself: trials as tabs, parts of the time axis, tooltips by pointer and by keyboard. Without
 * it everything is still there to read. A plain script, not a module: `scripts/client.mjs` puts it into the page.
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
    const frame = (target.closest('.scroller') ?? document.body).getBoundingClientRect();
    const middle = (Math.max(box.left, frame.left) + Math.min(box.right, frame.right)) / 2;
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
      if (target !== null) showTip(target);
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
    all<Tipped>('button, svg', track).sort(
      (a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left,
    );
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

  /** Shows the labels beside marks: the more important first, and only where there is room. */
  function label(track: Element): void {
    const rank = (em: HTMLElement): number => Number(em.dataset.rank);
    const labels = all('em', track).sort((a, b) => rank(a) - rank(b));
    const taken = labels.map((em) => {
      const mark = need(em.parentElement);
      return { mark, box: need(mark.firstElementChild).getBoundingClientRect() };
    });
    const edge = track.getBoundingClientRect().right;
    for (const em of labels) em.classList.remove('off', 'left');
    for (const em of labels) {
      let box = em.getBoundingClientRect();
      if (box.right > edge) {
        em.classList.add('left');
        box = em.getBoundingClientRect();
      }
      const mark = need(em.parentElement);
      const meets = (t: { mark: Element; box: DOMRect }): boolean =>
        t.mark !== mark && box.left < t.box.right + 4 && box.right > t.box.left - 4;
      if (taken.some(meets)) em.classList.add('off');
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
  }

  function zoom(button: HTMLElement): void {
    const trial = need(button.closest('.trial'));
    const chart = need(trial.querySelector<HTMLElement>('.chart'));
    const scroller = need(trial.querySelector('.scroller'));
    const from = Number(button.dataset.from);
    const to = Number(button.dataset.to);
    const times = Math.min(200, Math.max(1, 100 / Math.max(0.1, to - from)));
    chart.style.setProperty('--zoom', String(times));
    chart.classList.toggle('near', times > 2.5);
    for (const other of all('.zooms button', trial))
      other.setAttribute('aria-pressed', String(other === button));
    const track = need(chart.querySelector('.track'));
    scroller.scrollLeft = (from / 100) * track.getBoundingClientRect().width;
    fitTexts(trial);
  }

  document.addEventListener('click', (event) => {
    const part = around(event, '.zooms button');
    if (part !== null) zoom(part);
    const tab = around(event, '[role=tab]');
    if (tab !== null) select(tab);
  });

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
  const linked = /^#trial-(\d{1,6})$/.exec(location.hash)?.[1];
  const linkedTab = linked === undefined ? null : byId(`tab-${linked}`);
  if (linkedTab !== null) select(linkedTab);

  function fitAll(): void {
    for (const trial of all('.trial:not([hidden])')) fitTexts(trial);
  }
  addEventListener('resize', fitAll);
  addEventListener('beforeprint', () => {
    for (const chart of all('.chart')) chart.style.setProperty('--zoom', '1');
    fitAll();
  });
  fitAll();

  const raw = need(byId('raw'));
  need(raw.closest('details')).addEventListener('toggle', () => {
    if (raw.textContent === '')
      raw.textContent = JSON.stringify(JSON.parse(need(byId('result')).textContent ?? ''), null, 2);
  });
}
