// Written by scripts/client.mjs from client/; a test fails when it is out of date.

/** The style of every page. */
export const STYLE = `:root { --bg: #f4f6f8; --card: #fff; --ink: #171c22; --quiet: #56616e; --rule: #d9dfe6; --accent: #005a9e; --ok: #00664f; --bad: #a83200; --warn: #7a5200; --master: #005a9e; --replica: #00735c; --zombie: #b34700; --zombie2: #8a3300; --down: #8a94a0; --fault: rgba(213, 94, 0, 0.11); --dual: rgba(179, 71, 0, 0.34); --good: #2f7fc1; --err: #c24a00; --lost: #b00020; --name: 8.5rem; --phase0: #44505c; --phase1: #6a7683; } @media (prefers-color-scheme: dark) { :root { --bg: #0e1217; --card: #161c23; --ink: #e7ebf0; --quiet: #9eaab7; --rule: #2c3540; --accent: #7cbcf5; --ok: #57cfaa; --bad: #ff9466; --warn: #f1c463; --master: #0a66ad; --replica: #04765f; --zombie: #c25210; --zombie2: #8f3a08; --down: #6c7783; --fault: rgba(240, 130, 50, 0.15); --dual: rgba(255, 140, 80, 0.38); --good: #5aa9e6; --err: #ff8a4c; --lost: #ff5f6d; --phase0: #55616d; --phase1: #3d4853; } } * { box-sizing: border-box; } html { -webkit-text-size-adjust: 100%; } body { margin: 0; background: var(--bg); color: var(--ink); font: 16px / 1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; } main { max-width: 76rem; margin: 0 auto; padding: 1.25rem clamp(0.75rem, 2.5vw, 2rem) 4rem; } header, section:not(.cards) { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1.1rem clamp(0.8rem, 2vw, 1.5rem); margin: 0 0 1rem; } header { border-left: 6px solid var(--warn); } header.holds { border-left-color: var(--ok); } header.violated { border-left-color: var(--bad); } h1 { font-size: clamp(1.15rem, 2.6vw, 1.6rem); line-height: 1.3; margin: 0 0 0.4rem; font-weight: 650; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 0 0 0.7rem; } h3 { font-size: 1rem; margin: 0.9rem 0 0.5rem; } p { margin: 0.25rem 0; overflow-wrap: anywhere; } .quiet { color: var(--quiet); font-size: 0.9rem; font-weight: 400; } .none { color: var(--quiet); } .reason { font-size: 1.05rem; } .incomplete { border: 1px solid var(--warn); border-radius: 6px; padding: 0.4rem 0.7rem; } .incomplete b, .over { color: var(--warn); } .badge { display: inline-block; border: 1.5px solid currentColor; border-radius: 99px; padding: 0 0.6em; font-size: 0.8em; font-weight: 650; white-space: nowrap; vertical-align: 0.08em; } h1 .badge { text-transform: uppercase; letter-spacing: 0.03em; margin-right: 0.3em; } .badge.holds { color: var(--ok); } .badge.violated { color: var(--bad); } .badge.unknown { color: var(--warn); } .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; margin: 0 0 1rem; } .card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 0.75rem 1rem; } .card h3 { margin: 0; font-size: 0.85rem; font-weight: 500; color: var(--quiet); } .figure { font-size: 1.7rem; line-height: 1.25; margin: 0.1rem 0; } .figure small { font-size: 0.85rem; display: block; color: var(--quiet); } .figure .bad { color: var(--lost); } code, pre { font: 0.86em / 1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; } code { overflow-wrap: anywhere; } pre { overflow: auto; background: var(--bg); border: 1px solid var(--rule); border-radius: 6px; padding: 0.7rem; margin: 0.3rem 0 0.8rem; max-height: 32rem; } .command { white-space: pre-wrap; overflow-wrap: anywhere; } .columns { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; } .columns > .wide { flex: 1 1 20rem; min-width: min(100%, 18rem); } .wide { overflow-x: auto; max-width: 100%; margin: 0 0 0.8rem; } table { border-collapse: collapse; width: 100%; font-size: 0.92rem; } caption { text-align: left; font-weight: 600; padding: 0.5rem 0 0.25rem; } th, td { text-align: left; vertical-align: top; padding: 0.32rem 0.8rem 0.32rem 0; border-top: 1px solid var(--rule); font-weight: 400; } td:last-child, th:last-child { padding-right: 0; } tbody th { min-width: 7.5rem; } .wide.full th { min-width: 13rem; } td { overflow-wrap: break-word; } thead th { border-top: 0; color: var(--quiet); font-size: 0.82rem; white-space: nowrap; } .n { text-align: right; white-space: nowrap; } .n .words { white-space: normal; } .broken { margin: 0.5rem 0 0; padding: 0; list-style: none; } .broken li { margin: 0.2rem 0; } details { margin: 0.6rem 0 0; } summary { cursor: pointer; padding: 0.25rem 0; font-weight: 600; } ul { margin: 0.2rem 0; padding-left: 1.2rem; } button { font: inherit; color: inherit; } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; } .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.3rem 1.1rem; padding: 0; margin: 0 0 0.8rem; font-size: 0.85rem; color: var(--quiet); } .legend li { display: flex; align-items: center; gap: 0.4rem; } .legend i { display: inline-block; position: static; width: 1.5rem; height: 0.85rem; } .swatch.fault { background: var(--fault); border: 1px dashed var(--zombie); } .swatch.dual { background: repeating-linear-gradient(45deg, var(--dual) 0 4px, transparent 4px 8px); } .swatch.first { width: 0; border-left: 2px dotted var(--master); } .swatch.ok { background: var(--good); } .swatch.err { background: var(--err); } .tick { color: var(--lost); font-weight: 700; } .tabs { display: flex; gap: 0.4rem; overflow-x: auto; padding: 0.25rem 0.25rem 0.5rem; margin: 0 -0.25rem; } .tabs button { flex: none; border: 1px solid var(--rule); border-radius: 8px; background: var(--bg); padding: 0.25rem 0.7rem; cursor: pointer; min-height: 2.75rem; line-height: 1.2; text-align: left; } .tabs small { display: block; color: var(--quiet); font-size: 0.78rem; } .tabs [aria-selected="true"] { border-color: var(--accent); box-shadow: inset 0 -3px var(--accent); font-weight: 650; } .tabs .violated > span { color: var(--bad); } .tabs .unknown > span { color: var(--warn); } .tabs .holds > span { color: var(--ok); } .zooms { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0 0 0.5rem; } .zooms button { border: 1px solid var(--rule); background: var(--bg); border-radius: 99px; padding: 0.25rem 0.9rem; cursor: pointer; font-size: 0.88rem; min-height: 2.1rem; } .zooms [aria-pressed="true"] { border-color: var(--accent); color: var(--accent); font-weight: 650; } .scroller { overflow-x: auto; border: 1px solid var(--rule); border-radius: 8px; margin: 0 0 0.6rem; background: var(--card); } .chart { position: relative; min-width: 100%; width: calc(var(--name) + (100% - var(--name)) * var(--zoom)); } .lane { display: flex; position: relative; height: 2.1rem; border-top: 1px solid var(--rule); } .lane .name { position: sticky; left: 0; z-index: 4; flex: none; width: var(--name); background: var(--card); border-right: 1px solid var(--rule); padding: 0.2rem 0.5rem; font-size: 0.85rem; line-height: 1.25; display: flex; flex-direction: column; justify-content: center; overflow: hidden; white-space: nowrap; } .name small { color: var(--quiet); font-size: 0.74rem; } .track { position: relative; flex: 1; min-width: 0; overflow: clip; } .lane.sentinel { height: 3.1rem; } .lane.client { height: 2.5rem; } .lane.axis { height: 1.9rem; border-top: 0; } .axis .name { color: var(--quiet); font-size: 0.78rem; } .axis i { position: absolute; bottom: 0; font-style: normal; font-size: 0.74rem; color: var(--quiet); transform: translateX(-50%); padding-bottom: 0.4rem; white-space: nowrap; } .axis i::after { content: ""; position: absolute; left: 50%; bottom: 0; height: 0.35rem; border-left: 1px solid var(--quiet); } .axis .fine { display: none; } .near .axis .fine { display: block; } .group h4 { margin: 0; padding: 0.5rem 0.5rem 0.15rem; font-size: 0.74rem; font-weight: 650; text-transform: uppercase; letter-spacing: 0.06em; color: var(--quiet); position: sticky; left: 0; width: var(--name); border-top: 1px solid var(--rule); } .bands { position: absolute; top: 0; bottom: 0; left: var(--name); right: 0; pointer-events: none; } .band { position: absolute; top: 0; bottom: 0; } .band.fault { background: var(--fault); border-left: 2px solid var(--zombie); border-right: 1px dashed var(--zombie); top: 1.9rem; } .band.fault b { position: sticky; left: calc(var(--name) + 0.4rem); display: block; width: max-content; max-width: 12rem; padding: 0.35rem 0.4rem; font-size: 0.76rem; line-height: 1.2; color: var(--bad); white-space: nowrap; } .line { position: absolute; top: 1.9rem; bottom: 0; border-left: 2px dotted var(--master); } .nodes { position: relative; } .nodes .band.dual { z-index: 1; background: repeating-linear-gradient(45deg, var(--dual) 0 5px, transparent 5px 11px); } .track button { position: absolute; border: 0; padding: 0; background: none; cursor: default; } .seg { top: 0.3rem; bottom: 0.3rem; min-width: 2px; border-radius: 3px; overflow: clip; color: #fff; font-size: 0.76rem; line-height: 1; z-index: 2; } .seg span, .legend .seg { white-space: nowrap; } .seg span { display: inline-block; padding: 0 0.25rem; position: sticky; left: calc(var(--name) + 0.2rem); } .seg .off { visibility: hidden; } button.seg { text-align: left; } .track .master { background: var(--master); } .track .replica { background: var(--replica); } .legend .master { background: var(--master); } .legend .replica { background: var(--replica); } .track .unlinked, .legend .unlinked { background: repeating-linear-gradient(90deg, var(--replica) 0 6px, transparent 6px 9px); border: 1px solid var(--replica); } .track .unlinked span { background: var(--replica); border-radius: 2px; padding: 0.15rem 0.25rem; } .track .zombie, .legend .zombie { background: repeating-linear-gradient(135deg, var(--zombie) 0 7px, var(--zombie2) 7px 14px); } .track .down, .legend .down { background: repeating-linear-gradient( 45deg, transparent 0 4px, color-mix(in srgb, var(--down) 35%, transparent) 4px 5px ); border: 1px dashed var(--down); color: var(--ink); } .track .unknown { border: 1px dotted var(--down); color: var(--ink); } .track .phase { color: #fff; } .track .p0 { background: var(--phase0); } .track .p1 { background: var(--phase1); } .track .phase.over { box-shadow: inset 0 -4px var(--err); } .sentinel .belief { top: auto; bottom: 0.25rem; height: 1.05rem; border: 1px solid var(--down); color: var(--ink); background: var(--card); } .sentinel .belief.new { background: var(--master); border-color: var(--master); color: #fff; } .sentinel .belief.other { border: 2px dashed var(--bad); } .mark { top: 0.15rem; height: 1.4rem; width: 1.3rem; margin-left: -0.65rem; z-index: 3; text-align: center; line-height: 1.4rem; font-size: 0.95rem; overflow: visible; } .mark.bad span { color: var(--bad); font-weight: 700; } .mark em { position: absolute; left: 1.15rem; top: 0; padding-right: 0.15rem; background: color-mix(in srgb, var(--card) 80%, transparent); font-style: normal; font-size: 0.73rem; white-space: nowrap; color: var(--ink); } .mark em.left { left: auto; right: 1.15rem; } .mark em.off { visibility: hidden; } .track svg { position: absolute; top: 0.25rem; height: calc(100% - 0.5rem); overflow: hidden; } .track .ok { fill: var(--good); } .track .err { fill: var(--err); } .client .back { position: absolute; top: 0; bottom: 0; border-left: 2px solid var(--ok); } .track .lost { top: 0; bottom: 0; min-width: 4px; background: var(--lost); z-index: 3; } .track .lost span { position: absolute; left: 50%; top: -0.05rem; transform: translateX(-50%); color: #fff; background: var(--lost); border-radius: 99px; font-size: 0.62rem; line-height: 0.95rem; width: 0.95rem; text-align: center; } .loss .track .lost span { top: 0.55rem; } .more { padding: 0.3rem 0.6rem; color: var(--quiet); font-size: 0.85rem; } .ecdf { margin: 0 0 1rem; max-width: 46rem; } .ecdf > svg { width: 100%; height: auto; display: block; } .ecdf text { fill: var(--quiet); font-size: 12px; } .ecdf .grid { stroke: var(--rule); fill: none; } .ecdf .budget { stroke: var(--warn); stroke-dasharray: 2 4; stroke-width: 2; } .ecdf text.budget { stroke: none; fill: var(--warn); } .ecdf g path, .key path { fill: none; stroke-width: 2.5; } .switched path { stroke: var(--accent); } .switched circle { fill: var(--accent); } .outage path { stroke: var(--err); stroke-dasharray: 7 4; } .outage circle { fill: var(--card); stroke: var(--err); stroke-width: 2; } figcaption { font-size: 0.88rem; color: var(--quiet); display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; } .key { color: var(--ink); display: inline-flex; align-items: center; gap: 0.4rem; } .key svg { width: 32px; height: 10px; } #tip { position: fixed; z-index: 20; max-width: min(34rem, calc(100vw - 16px)); background: var(--ink); color: var(--bg); border-radius: 6px; padding: 0.4rem 0.65rem; font-size: 0.82rem; line-height: 1.4; white-space: pre-line; overflow-wrap: anywhere; pointer-events: none; max-height: 60vh; overflow: hidden; } @media (max-width: 560px) { :root { --name: 5.6rem; } .lane .name { font-size: 0.78rem; padding: 0.2rem 0.35rem; } .ecdf text { font-size: 20px; } .chart { width: calc(var(--name) + max(100% - var(--name), 30rem) * var(--zoom)); } .figure { font-size: 1.4rem; } .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } th, td { padding-right: 0.5rem; } .wide.full th, tbody th { min-width: 6.5rem; } } @media print { :root { --bg: #fff; --card: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --ok: #00664f; --bad: #a83200; --warn: #7a5200; --accent: #005a9e; } * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } body { font-size: 10pt; } main { max-width: none; padding: 0; } .tabs, .zooms, #tip, details { display: none; } header, section:not(.cards) { break-inside: auto; padding: 0.6rem 0.8rem; } .scroller, .wide { overflow: visible; } .chart { --zoom: 1 !important; width: 100%; } .lane, tr, .card { break-inside: avoid; } h2, h3 { break-after: avoid; } .lane .name, .band.fault b { position: static; } }`;

/** What the sweep's chart needs besides. */
export const SWEEP_STYLE = `.sweep { margin: 0; max-width: 52rem; } .sweep > svg { width: 100%; height: auto; display: block; } .sweep text { fill: var(--quiet); font-size: 12px; } .sweep .label { fill: var(--ink); } .sweep .grid { stroke: var(--rule); fill: none; } .sweep .frontier { fill: none; stroke: var(--ok); stroke-width: 2; stroke-dasharray: 6 4; } .sweep g { color: var(--accent); } .sweep .s1 { color: var(--err); } .sweep .s2 { color: var(--replica); } .sweep .s3 { color: var(--down); } .sweep .mark { stroke: currentColor; stroke-width: 2; fill: var(--card); } .sweep .best .mark { fill: currentColor; } .sweep .reach { stroke: currentColor; stroke-width: 1.5; opacity: 0.55; fill: none; } @media (max-width: 560px) { .sweep text { font-size: 19px; } }`;

/** The script of the page of a failover-test. */
export const SCRIPT = `"use strict";
{
    const all = (selector, root = document) => [
        ...root.querySelectorAll(selector),
    ];
    const byId = (id) => document.getElementById(id);
    function need(element) {
        if (element === null || element === undefined)
            throw new Error('the page is damaged');
        return element;
    }
    function around(event, selector) {
        return event.target instanceof Element ? event.target.closest(selector) : null;
    }
    const tip = need(byId('tip'));
    const HAS_TIP = '.track button, .track svg';
    function showTip(target) {
        tip.textContent = target.getAttribute('aria-label');
        tip.hidden = false;
        const box = target.getBoundingClientRect();
        const frame = (target.closest('.scroller') ?? document.body).getBoundingClientRect();
        const middle = (Math.max(box.left, frame.left) + Math.min(box.right, frame.right)) / 2;
        const rightmost = Math.max(8, document.documentElement.clientWidth - tip.offsetWidth - 8);
        const left = Math.min(Math.max(8, middle - tip.offsetWidth / 2), rightmost);
        const above = box.top - tip.offsetHeight - 8;
        tip.style.left = \`\${left}px\`;
        tip.style.top = \`\${above < 4 ? box.bottom + 8 : above}px\`;
    }
    function hideTip() {
        tip.hidden = true;
    }
    for (const [begin, end] of [
        ['pointerover', 'pointerout'],
        ['focusin', 'focusout'],
    ]) {
        document.addEventListener(begin, (event) => {
            const target = around(event, HAS_TIP);
            if (target !== null)
                showTip(target);
        });
        document.addEventListener(end, hideTip);
    }
    addEventListener('scroll', () => {
        const focused = document.activeElement?.closest(HAS_TIP) ?? null;
        if (focused !== null && !tip.hidden)
            showTip(focused);
        else
            hideTip();
    }, { capture: true, passive: true });
    const ordered = (track) => all('button, svg', track).sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left);
    for (const track of all('.track')) {
        const first = track.querySelector('button, svg');
        if (first !== null)
            first.tabIndex = 0;
    }
    document.addEventListener('keydown', (event) => {
        if (event.key === 'Escape')
            hideTip();
        const tab = around(event, '[role=tab]');
        const tipped = around(event, HAS_TIP);
        const from = tab ?? tipped;
        const track = tipped?.closest('.track') ?? null;
        const list = tab !== null ? all('[role=tab]') : track !== null ? ordered(track) : [];
        const at = from === null ? -1 : list.indexOf(from);
        if (from === null || at < 0)
            return;
        const places = {
            ArrowRight: at + 1,
            ArrowLeft: at - 1,
            Home: 0,
            End: list.length - 1,
        };
        const next = list[places[event.key] ?? -1];
        if (next === undefined)
            return;
        event.preventDefault();
        from.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
        if (tab !== null && next instanceof HTMLElement)
            select(next);
    });
    function label(track) {
        const rank = (em) => Number(em.dataset.rank);
        const labels = all('em', track).sort((a, b) => rank(a) - rank(b));
        const taken = labels.map((em) => {
            const mark = need(em.parentElement);
            return { mark, box: need(mark.firstElementChild).getBoundingClientRect() };
        });
        const edge = track.getBoundingClientRect().right;
        for (const em of labels)
            em.classList.remove('off', 'left');
        for (const em of labels) {
            let box = em.getBoundingClientRect();
            if (box.right > edge) {
                em.classList.add('left');
                box = em.getBoundingClientRect();
            }
            const mark = need(em.parentElement);
            const meets = (t) => t.mark !== mark && box.left < t.box.right + 4 && box.right > t.box.left - 4;
            if (taken.some(meets))
                em.classList.add('off');
            else
                taken.push({ mark, box });
        }
    }
    function fitTexts(root) {
        for (const seg of all('.seg', root)) {
            const text = seg.firstElementChild;
            text?.classList.toggle('off', text.scrollWidth > seg.clientWidth - 4);
        }
        for (const track of all('.sentinel .track', root))
            label(track);
    }
    function zoom(button) {
        const trial = need(button.closest('.trial'));
        const chart = need(trial.querySelector('.chart'));
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
        if (part !== null)
            zoom(part);
        const tab = around(event, '[role=tab]');
        if (tab !== null)
            select(tab);
    });
    const panelOf = (tab) => need(byId(tab.getAttribute('aria-controls') ?? ''));
    function select(tab) {
        for (const other of all('[role=tab]')) {
            const on = other === tab;
            other.setAttribute('aria-selected', String(on));
            other.tabIndex = on ? 0 : -1;
            panelOf(other).hidden = !on;
        }
        tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        fitTexts(panelOf(tab));
    }
    const linked = /^#trial-(\\d{1,6})$/.exec(location.hash)?.[1];
    const linkedTab = linked === undefined ? null : byId(\`tab-\${linked}\`);
    if (linkedTab !== null)
        select(linkedTab);
    function fitAll() {
        for (const trial of all('.trial:not([hidden])'))
            fitTexts(trial);
    }
    addEventListener('resize', fitAll);
    addEventListener('beforeprint', () => {
        for (const chart of all('.chart'))
            chart.style.setProperty('--zoom', '1');
        fitAll();
    });
    fitAll();
    const raw = need(byId('raw'));
    need(raw.closest('details')).addEventListener('toggle', () => {
        if (raw.textContent === '')
            raw.textContent = JSON.stringify(JSON.parse(need(byId('result')).textContent ?? ''), null, 2);
    });
}
`;
