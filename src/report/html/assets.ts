// Written by scripts/client.mjs from client/; a test fails when it is out of date.

/** The style of every page. */
export const STYLE = `:root { --bg: #f4f6f8; --card: #fff; --ink: #171c22; --quiet: #56616e; --rule: #d9dfe6; --accent: #005a9e; --ok: #00664f; --bad: #a83200; --warn: #7a5200; --master: #005a9e; --replica: #00735c; --zombie: #b34700; --zombie2: #8a3300; --down: #7a8490; --fault: rgba(213, 94, 0, 0.11); --dual: rgba(179, 71, 0, 0.34); --good: #2f7fc1; --err: #c24a00; --lost: #b00020; --on-lost: #fff; --p99: #7a35b0; --edge: #6b7683; --lens: rgba(0, 90, 158, 0.06); --risk: #a14300; --name: 9rem; --axis: 2.1rem; --title: 1.9rem; --phase0: #44505c; --phase1: #6a7683; } @media (prefers-color-scheme: dark) { :root { --bg: #0e1217; --card: #161c23; --ink: #e7ebf0; --quiet: #9eaab7; --rule: #2c3540; --accent: #7cbcf5; --ok: #57cfaa; --bad: #ff9466; --warn: #f1c463; --master: #1674c6; --replica: #0a7f68; --zombie: #c25210; --zombie2: #8f3a08; --down: #7d8894; --fault: rgba(240, 130, 50, 0.07); --dual: rgba(255, 140, 80, 0.38); --good: #5aa9e6; --err: #ff8a4c; --lost: #ff5f6d; --on-lost: #1b1014; --p99: #c79bff; --edge: #8a97a5; --lens: rgba(124, 188, 245, 0.09); --risk: #ffab66; --phase0: #6b7682; --phase1: #667280; } } * { box-sizing: border-box; } html { -webkit-text-size-adjust: 100%; } body { margin: 0; background: var(--bg); color: var(--ink); font: 16px / 1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; } main { max-width: 76rem; margin: 0 auto; padding: 1.25rem clamp(0.75rem, 2.5vw, 2rem) 4rem; } header, section:not(.cards) { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1.1rem clamp(0.8rem, 2vw, 1.5rem); margin: 0 0 1rem; } header { border-left: 6px solid var(--warn); } header.holds { border-left-color: var(--ok); } header.violated { border-left-color: var(--bad); } h1 { font-size: clamp(1.15rem, 2.6vw, 1.6rem); line-height: 1.3; margin: 0 0 0.4rem; font-weight: 650; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 0 0 0.7rem; } h3 { font-size: 1rem; margin: 0.9rem 0 0.5rem; } p { margin: 0.25rem 0; overflow-wrap: anywhere; } .quiet { color: var(--quiet); font-size: 0.9rem; font-weight: 400; } .none { color: var(--quiet); } .reason { font-size: 1.05rem; } .incomplete { border: 1px solid var(--warn); border-radius: 6px; padding: 0.4rem 0.7rem; } .incomplete b, .over { color: var(--warn); } .badge { display: inline-block; border: 1.5px solid currentColor; border-radius: 99px; padding: 0 0.6em; font-size: 0.8em; font-weight: 650; white-space: nowrap; vertical-align: 0.08em; } h1 .badge { text-transform: uppercase; letter-spacing: 0.03em; margin-right: 0.3em; } .badge.holds { color: var(--ok); } .badge.violated { color: var(--bad); } .badge.unknown { color: var(--warn); } .cards { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.75rem; margin: 0 0 1rem; } .card { grid-column: span 2; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 0.75rem 1rem; } .card.main { grid-column: span 3; } .card h2 { margin: 0; font-size: 0.9rem; font-weight: 500; color: var(--quiet); } .figure { font-size: 1.5rem; line-height: 1.2; margin: 0.1rem 0; } .main .figure { font-size: 3rem; } .card.bad { border-left: 6px solid var(--lost); } .card.risk { border-left: 6px solid var(--risk); } .bad .figure, b.bad, .late, .lost-count { color: var(--lost); } .risk .figure, b.risk { color: var(--risk); } nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; padding: 0; margin: 0 0 1rem; font-size: 0.92rem; } nav a { display: inline-block; padding: 0.2rem 0; } a { color: var(--accent); } code, pre { font: 0.86em / 1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; } code { overflow-wrap: anywhere; } pre { overflow: auto; background: var(--bg); border: 1px solid var(--rule); border-radius: 6px; padding: 0.7rem; margin: 0.3rem 0 0.8rem; max-height: 32rem; } .command { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: flex-start; margin: 0.3rem 0 0.8rem; } .command pre { flex: 1 1 16rem; min-width: 0; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; } .columns { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; } .columns > table { flex: 1 1 20rem; min-width: min(100%, 18rem); width: auto; } table { border-collapse: collapse; width: 100%; margin: 0 0 0.8rem; font-size: 0.92rem; } caption { text-align: left; font-weight: 600; padding: 0.5rem 0 0.25rem; } th, td { text-align: left; vertical-align: top; padding: 0.32rem 0.8rem 0.32rem 0; border-top: 1px solid var(--rule); font-weight: 400; } td:last-child, th:last-child { padding-right: 0; } tbody th { min-width: 7.5rem; } .group-title th { color: var(--quiet); font-size: 0.85rem; font-weight: 650; padding-top: 0.9rem; } td { overflow-wrap: break-word; } thead th { border-top: 0; color: var(--quiet); font-size: 0.82rem; white-space: nowrap; } .n { text-align: right; white-space: nowrap; } .n .words { white-space: normal; } .broken { margin: 0.5rem 0 0; padding: 0; list-style: none; } .broken li { margin: 0.2rem 0; } details { margin: 0.6rem 0 0; } summary { cursor: pointer; padding: 0.25rem 0; font-weight: 600; } ul { margin: 0.2rem 0; padding-left: 1.2rem; } button { font: inherit; color: inherit; } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; } .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.3rem 1.1rem; padding: 0; margin: 0 0 0.8rem; font-size: 0.85rem; color: var(--quiet); } .legend li { display: flex; align-items: center; gap: 0.4rem; } .legend i { display: inline-block; position: static; width: 1.5rem; height: 0.85rem; } .swatch.fault { background: var(--fault); border: 1px dashed var(--zombie); } .swatch.dual { background: repeating-linear-gradient(45deg, var(--dual) 0 4px, transparent 4px 8px); border: 1px solid var(--zombie); } .legend .rule { width: 0; } .legend .lens { top: auto; } .swatch.lens { background: var(--lens); } .legend .p0 { background: var(--phase0); } .legend .p1 { background: var(--phase1); } .legend .over { box-shadow: inset 0 -4px var(--err), inset 0 -5px var(--card); } .legend .belief { border: 1px solid var(--down); } .legend .belief.new { background: var(--master); } .legend .belief.other { border: 2px dashed var(--bad); } .legend .unknown { border: 1px dotted var(--down); } .glyph { color: var(--ink); } .stroke { width: 28px; height: 10px; } .legend-box summary { font-size: 0.9rem; } .layer { border-left: 3px solid var(--rule); padding: 0 0 0.4rem 0.9rem; } .layer h3 { margin: 0.3rem 0; font-size: 0.85rem; font-weight: 600; color: var(--quiet); } .layer ul { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.5rem; padding: 0; margin: 0; } .server { border: 1px solid var(--edge); border-radius: 8px; padding: 0.4rem 0.7rem; font-size: 0.88rem; min-width: 0; overflow-wrap: anywhere; } .server.master { border: 2px solid var(--master); } .server span { display: block; color: var(--quiet); } .swatch.ok { background: var(--good); } .swatch.err { background: var(--err); } .tick { color: var(--lost); font-weight: 700; } .tabs { display: flex; gap: 0.4rem; overflow-x: auto; padding: 0.25rem 0.25rem 0.5rem; margin: 0 -0.25rem; } .tabs button { flex: none; border: 1px solid var(--rule); border-radius: 8px; background: var(--bg); padding: 0.25rem 0.7rem; cursor: pointer; min-height: 2.75rem; line-height: 1.2; text-align: left; } .tabs small { display: block; color: var(--quiet); font-size: 0.78rem; } .tabs [aria-selected="true"] { border-color: var(--accent); box-shadow: inset 0 -3px var(--accent); font-weight: 650; } .tabs .violated > span { color: var(--bad); } .tabs .unknown > span { color: var(--warn); } .tabs .holds > span { color: var(--ok); } .closer { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem; margin: 0 0 0.5rem; } .closer h4 { margin: 0 0.3rem 0 0; font-size: 0.95rem; } .closer button, .copy, .axis-kind { border: 1px solid var(--edge); background: var(--bg); border-radius: 99px; padding: 0.25rem 0.9rem; cursor: pointer; font-size: 0.88rem; min-height: 2.1rem; } .closer [aria-pressed="true"], .axis-kind[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); font-weight: 650; } .chart { position: relative; border: 1px solid var(--rule); border-radius: 8px; margin: 0 0 0.9rem; background: var(--card); } .lane { --tall: 2.3rem; display: flex; position: relative; border-top: 1px solid var(--rule); } .lane .name { position: relative; z-index: 4; flex: none; width: var(--name); background: var(--card); border-right: 1px solid var(--rule); padding: 0.15rem 0.5rem; font-size: 0.85rem; line-height: 1.25; display: flex; flex-direction: column; justify-content: center; overflow: hidden; white-space: nowrap; } .name small { color: var(--quiet); font-size: 0.76rem; } .name .now, .pointed .name .note { display: none; } .pointed .name .now { display: block; color: var(--accent); font-weight: 600; } .track { position: relative; flex: 1; min-width: 0; height: var(--tall); overflow: clip; } .lane.sentinel { --tall: 3.6rem; } .lane.client { --tall: 2.5rem; } .lane.plot { --tall: 8rem; } .lane.axis { --tall: 2.1rem; border-top: 0; } .axis .name { color: var(--quiet); font-size: 0.78rem; } .axis i { position: absolute; bottom: 0; font-style: normal; font-size: 0.76rem; color: var(--quiet); transform: translateX(-50%); padding-bottom: 0.4rem; white-space: nowrap; } .axis i.off { color: transparent; } .axis i::after { content: ""; position: absolute; left: 50%; bottom: 0; height: 0.35rem; border-left: 1px solid var(--quiet); } .scrub { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; } .track:has(.scrub:focus-visible) { outline: 3px solid var(--accent); outline-offset: -3px; } .bands + .group h4 { height: var(--title); } .group h4 { position: relative; z-index: 4; margin: 0; padding: 0.5rem 0.5rem 0.15rem; font-size: 0.76rem; font-weight: 650; text-transform: uppercase; letter-spacing: 0.06em; color: var(--quiet); width: var(--name); border-top: 1px solid var(--rule); } .bands { position: absolute; top: 0; bottom: 0; left: var(--name); right: 0; pointer-events: none; overflow: clip; } .bands.over { z-index: 5; } .band, .lens { position: absolute; top: 0; bottom: 0; } .chart .band.fault, .chart .lens, .line { top: calc(var(--axis) + var(--title)); } .band.fault { background: var(--fault); border-left: 2px solid var(--zombie); border-right: 1px dashed var(--zombie); } .band.fault.from-before { border-left: 0; } .band.fault.to-after { border-right: 0; } .fault-name { position: absolute; top: var(--axis); left: var(--at); height: var(--title); max-width: calc(100% - var(--at)); padding: 0.45rem 0.4rem; border-left: 2px solid var(--zombie); background: var(--fault); font-size: 0.76rem; line-height: 1.2; color: var(--bad); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } .fault-name.from-before { border-left: 0; } .lens { border: 1px solid var(--accent); border-width: 0 1px; background: var(--lens); } .line { position: absolute; bottom: 0; } .line.first, .rule.first { border-left: 2px dotted var(--master); } .line.budget, .rule.budget { border-left: 2px dashed var(--bad); } .cursor { position: absolute; top: 0; bottom: 0; width: 0; border-left: 1px solid var(--ink); } .cursor b { position: absolute; top: 0.1rem; left: 0; padding: 0 0.35rem; background: var(--ink); color: var(--bg); font-size: 0.76rem; font-style: normal; font-weight: 600; line-height: 1.2rem; white-space: nowrap; } .cursor.right b { left: auto; right: 0; } .plot .name { justify-content: flex-start; padding-top: 0.4rem; } .plot .name .now { white-space: normal; padding-right: 2.9rem; } .axis-kind { align-self: flex-start; margin-top: auto; padding: 0.05rem 0.7rem; font-size: 0.78rem; min-height: 1.6rem; } .drawing { position: absolute; inset: 0.4rem 0; } .drawing[hidden] { display: none; } .track .drawing svg { inset: 0; width: 100%; height: 100%; } .drawing path, .stroke path { fill: none; stroke-width: 1.75; vector-effect: non-scaling-stroke; } .drawing .grid { stroke: var(--rule); stroke-width: 1; } .rate, .p50 { stroke: var(--good); } .errors { stroke: var(--err); stroke-dasharray: 4 3; } .p99 { stroke: var(--p99); } .base { stroke: var(--quiet); stroke-dasharray: 2 3; } .plot .track { overflow: visible; } .tick-y { position: absolute; z-index: 5; right: 100%; transform: translateY(-50%); padding-right: 0.3rem; white-space: nowrap; color: var(--quiet); font-size: 0.74rem; font-style: normal; line-height: 1.2; } .each { margin: 0; border-top: 1px solid var(--rule); } .each summary { position: relative; z-index: 4; padding: 0.4rem 0.5rem; font-size: 0.85rem; } .nodes { position: relative; } .nodes .band.dual { z-index: 1; background: repeating-linear-gradient(45deg, var(--dual) 0 5px, transparent 5px 11px); border: 1px solid var(--zombie); border-width: 0 1px; } .track button { position: absolute; border: 0; padding: 0; background: none; cursor: default; } .seg { top: 0.3rem; bottom: 0.3rem; min-width: 2px; border-radius: 3px; overflow: clip; color: #fff; font-size: 0.76rem; line-height: 1; z-index: 2; } .seg span, .legend .seg { white-space: nowrap; } .seg span { display: inline-block; padding: 0 0.25rem; } .seg .off { visibility: hidden; } button.seg { text-align: left; } .track .master { background: var(--master); } .track .replica { background: var(--replica); } .legend .master { background: var(--master); } .legend .replica { background: var(--replica); } .track .unlinked, .legend .unlinked { background: repeating-linear-gradient(90deg, var(--replica) 0 6px, transparent 6px 9px); border: 1px solid var(--replica); } .track .unlinked span { background: var(--replica); border-radius: 2px; padding: 0.15rem 0.25rem; } .track .zombie, .legend .zombie { background: var(--zombie) repeating-linear-gradient(135deg, var(--zombie) 0 7px, var(--zombie2) 7px 14px); } .track .down, .legend .down { background: repeating-linear-gradient( 45deg, transparent 0 4px, color-mix(in srgb, var(--down) 35%, transparent) 4px 5px ); border: 1px dashed var(--down); color: var(--ink); } .track .unknown { border: 1px dotted var(--down); color: var(--ink); } .track .down span, .track .unknown span { background: var(--card); border-radius: 2px; padding: 0.15rem 0.25rem; } .track .phase { color: #fff; border-left: 1px solid var(--card); } .track .p0 { background: var(--phase0); } .track .p1 { background: var(--phase1); } .close .lane.phases .track { height: calc(var(--tall) + var(--rows, 0) * 1.25rem); } .close .lane.phases .seg { bottom: auto; height: calc(var(--tall) - 0.6rem); } .phase-name { position: absolute; z-index: 3; top: calc(var(--tall) + var(--row, 0) * 1.25rem); padding: 0 0.25rem; border-left: 2px solid var(--phase0); background: var(--card); font-style: normal; font-size: 0.73rem; line-height: 1.1rem; white-space: nowrap; } .phase-name.ends { border-width: 0 2px 0 0; border-right: 2px solid var(--phase0); } .phase-name.off { visibility: hidden; } .track .phase.over { box-shadow: inset 0 -4px var(--err), inset 0 -5px var(--card); } .sentinel .belief { top: auto; bottom: 0.25rem; height: 1.05rem; border: 1px solid var(--down); color: var(--ink); background: var(--card); } .sentinel .belief.new { background: var(--master); border-color: var(--master); color: #fff; } .sentinel .belief.other { border: 2px dashed var(--bad); } .mark { top: 0.15rem; height: 1.4rem; width: 1.3rem; margin-left: -0.65rem; z-index: 3; text-align: center; line-height: 1.4rem; font-size: 0.95rem; overflow: visible; } .mark span { display: inline-block; height: 1.4rem; vertical-align: top; background: var(--card); border-radius: 3px; } .mark.bad span { color: var(--bad); font-weight: 700; } .mark.minor span, .mark.dot span, .glyph.minor { display: inline-block; width: 3px; height: 0.5rem; overflow: hidden; text-indent: 1rem; background: var(--quiet); vertical-align: bottom; } .mark.minor, .mark.dot { z-index: 2; top: 1.6rem; height: 0.5rem; width: 5px; margin-left: -2.5px; line-height: 0.5rem; } .mark.minor span, .mark.dot span { vertical-align: top; } .mark.joined { display: none; } .mark[data-count]::after { content: attr(data-count); position: absolute; left: 4px; top: 0.14rem; padding: 0 1px; background: var(--card); font-size: 0.62rem; color: var(--quiet); } .mark.dot.bad span { background: var(--bad); } .mark em { position: absolute; left: 1.15rem; top: 0; padding-right: 0.15rem; background: var(--card); font-style: normal; font-size: 0.73rem; white-space: nowrap; color: var(--ink); } .mark em.left { left: auto; right: 1.15rem; } .mark em.off { visibility: hidden; } .track svg { position: absolute; top: 0.25rem; height: calc(100% - 0.5rem); overflow: hidden; } .track .ok { fill: var(--good); } .track .err { fill: var(--err); } .client .back { position: absolute; top: 0; bottom: 0; } .client .back, .rule.back { border-left: 2px solid var(--ok); } .track .lost { top: 0; bottom: 0; min-width: 4px; background: var(--lost); } .track .lost span { z-index: 1; position: absolute; left: 50%; top: -0.05rem; transform: translateX(-50%); color: var(--on-lost); background: var(--lost); border-radius: 99px; font-size: 0.62rem; line-height: 0.95rem; width: 0.95rem; text-align: center; } .track .lost span.off { visibility: hidden; } .loss .track .lost span { top: 0.55rem; } .more { padding: 0.3rem 0.6rem; color: var(--quiet); font-size: 0.85rem; } .ecdf { margin: 0 0 1rem; max-width: 46rem; } .ecdf > svg { width: 100%; height: auto; display: block; } .ecdf text { fill: var(--quiet); font-size: 12px; } .ecdf .grid { stroke: var(--rule); fill: none; } .ecdf .budget { stroke: var(--warn); stroke-dasharray: 2 4; stroke-width: 2; } .ecdf text.budget { stroke: none; fill: var(--warn); } .ecdf g path, .key path { fill: none; stroke-width: 2.5; } .switched path { stroke: var(--accent); } .switched circle { fill: var(--accent); } .outage path { stroke: var(--err); stroke-dasharray: 7 4; } .outage circle { fill: var(--card); stroke: var(--err); stroke-width: 2; } .base path { stroke: var(--quiet); stroke-width: 1.5; } .base circle { fill: var(--card); stroke: var(--quiet); } figcaption { font-size: 0.88rem; color: var(--quiet); display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; } .key { color: var(--ink); display: inline-flex; align-items: center; gap: 0.4rem; } .key svg { width: 32px; height: 10px; } #tip { position: fixed; z-index: 20; max-width: min(34rem, calc(100vw - 16px)); background: var(--ink); color: var(--bg); border-radius: 6px; padding: 0.4rem 0.65rem; font-size: 0.82rem; line-height: 1.4; white-space: pre-line; overflow-wrap: anywhere; pointer-events: none; max-height: 60vh; overflow: hidden; } @media (min-width: 561px) { .id { white-space: nowrap; } } .printing main { width: 180mm; max-width: none; padding: 0; } .printing header, .printing section:not(.cards) { padding: 0.6rem 0.8rem; } @media (max-width: 560px) { .card, .card.main { grid-column: span 6; } .card.side { grid-column: span 3; } .card.side:last-child { grid-column: span 6; } .main .figure { font-size: 2.4rem; } .figure { font-size: 1.2rem; } .chart { --name: 3.1rem; --axis: 3.45rem; } .lane { display: block; } .lane .track { margin-left: var(--name); } .plot .name .now { padding-right: 0; } .lane .name { flex-direction: row; justify-content: flex-start; align-items: baseline; gap: 0.6rem; width: auto; border-right: 0; padding: 0.15rem 0.4rem 0; } .group { border-top: 1px solid var(--rule); } .group h4, .each summary { width: max-content; border-top: 0; background: var(--card); } .group h4 { padding-left: 0.4rem; } .bands + .group h4 { margin-left: auto; } .fault-name { max-width: calc(100% - var(--at) - 5.8rem); } .axis-kind { margin: 0 0 0 auto; } .lane.node { --tall: 1.9rem; } .ecdf text { font-size: 20px; } .tabs { flex-wrap: wrap; } .many thead { display: none; } .many, .many tbody, .many caption { display: block; } .many tr { display: block; border-top: 1px solid var(--rule); padding: 0.3rem 0; } .many th, .many td { display: flex; border: 0; padding: 0.1rem 0; text-align: left; white-space: normal; } .many th { font-weight: 600; gap: 0.4rem; flex-wrap: wrap; } .many td::before { content: attr(data-title); flex: none; width: 8.2rem; padding-right: 0.5rem; color: var(--quiet); } .many td > span { min-width: 0; overflow-wrap: anywhere; } .many td:has(> span:empty) { display: none; } } @media print { :root { --bg: #fff; --card: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --ok: #00664f; --bad: #a83200; --warn: #7a5200; --risk: #a14300; --lost: #b00020; --on-lost: #fff; --accent: #005a9e; --good: #2f7fc1; --err: #c24a00; --p99: #7a35b0; } * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } body { font-size: 10pt; } main { max-width: none; padding: 0; } nav, .tabs, .closer button, .copy, .axis-kind, #tip, #json, details:not(.legend-box) { display: none; } header, section:not(.cards) { break-inside: auto; padding: 0.6rem 0.8rem; } .lane, .chart, .pairs, figure, tr, .card { break-inside: avoid; } tr:nth-last-child(-n + 2) { break-before: avoid; } h2, h3, h4 { break-after: avoid; } }`;

/** What the sweep's chart needs besides. */
export const SWEEP_STYLE = `.sweep { margin: 0; max-width: 52rem; } .sweep > svg { width: 100%; height: auto; display: block; } .sweep text { fill: var(--quiet); font-size: 12px; } .sweep .label { fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 4px; } .sweep .grid { stroke: var(--rule); fill: none; } .sweep .frontier { fill: none; stroke: var(--ok); stroke-width: 2; stroke-dasharray: 6 4; } .sweep g { color: var(--accent); } .sweep .s1 { color: var(--err); } .sweep .s2 { color: var(--replica); } .sweep .s3 { color: var(--down); } .sweep .mark { stroke: currentColor; stroke-width: 2; fill: var(--card); } .sweep .best .mark { fill: currentColor; } .sweep .reach { stroke: currentColor; stroke-width: 1.5; opacity: 0.8; fill: none; } .sweep .stem { stroke: currentColor; stroke-width: 1.5; stroke-dasharray: 2 2; fill: none; } @media (max-width: 560px) { .sweep text { font-size: 19px; } }`;

/** The script of the page of a failover-test. */
export const SCRIPT = `(function() {
	const all = (selector, root = document) => [...root.querySelectorAll(selector)];
	const byId = (id) => document.getElementById(id);
	function need(element) {
		if (element === null || element === void 0) throw new Error("the page is damaged");
		return element;
	}
	function around(event, selector) {
		return event.target instanceof Element ? event.target.closest(selector) : null;
	}
	const result = JSON.parse(need(byId("result")).textContent ?? "");
	const seconds = (ms) => \`\${ms < 0 ? "−" : ""}\${(Math.abs(ms) / 1e3).toFixed(2)} s\`;
	const perSecond = (count, { bucketMs }) => Math.round(count * 1e3 / bucketMs).toLocaleString("en");
	function latency(ms) {
		if (ms === null || ms === void 0) return "–";
		return ms < 1e3 ? \`\${Number(ms.toPrecision(2))} ms\` : \`\${(ms / 1e3).toFixed(2)} s\`;
	}
	const shareOf = ({ dataset }, ms) => Math.min(1, Math.max(0, (ms - Number(dataset.from)) / (Number(dataset.to) - Number(dataset.from))));
	function valueAt(lane, chart, ms) {
		const client = result.trials[Number(chart.dataset.trial)]?.client;
		const name = lane.dataset.lane ?? "";
		const kind = lane.classList;
		const load = kind.contains("client") ? client?.clients.find((c) => c.id === name) : client?.overTime;
		if (load !== void 0 && (kind.contains("client") || kind.contains("plot"))) {
			const bucket = Math.floor((ms - load.fromMs) / load.bucketMs);
			if (bucket < 0 || bucket >= load.ok.length) return "";
			if (name === "latency") return \`p50 \${latency(load.p50Ms?.[bucket])}, p99 \${latency(load.p99Ms?.[bucket])}\`;
			const errors = load.errors[bucket] ?? 0;
			return \`\${perSecond(load.ok[bucket] ?? 0, load)}/s\${errors > 0 ? \`, \${perSecond(errors, load)} err/s\` : ""}\`;
		}
		const share = shareOf(chart, ms) * 100;
		const there = all(".track > .seg, .track > .lost", lane).filter((part) => {
			const left = Number.parseFloat(part.style.left);
			return share >= left && share <= left + Number.parseFloat(part.style.width);
		});
		const lost = there.filter((part) => part.classList.contains("lost")).map(countIn);
		return lost.length > 0 ? \`\${lost.reduce((sum, n) => sum + n, 0).toLocaleString("en")} lost\` : there[0]?.textContent ?? "";
	}
	const countIn = (stretch) => Number.parseInt((stretch.getAttribute("aria-label") ?? "").replaceAll(",", ""), 10) || 0;
	let cursorMs = null;
	function point(trial, ms) {
		cursorMs = ms;
		for (const chart of all(".chart", trial)) {
			const isWithin = ms >= Number(chart.dataset.from) && ms <= Number(chart.dataset.to);
			const cursor = need(chart.querySelector(".cursor"));
			cursor.hidden = !isWithin;
			chart.classList.toggle("pointed", isWithin);
			if (!isWithin || chart.closest("[hidden]") !== null) continue;
			const share = shareOf(chart, ms);
			cursor.style.left = \`\${share * 100}%\`;
			cursor.classList.toggle("right", share > .85);
			need(cursor.firstElementChild).textContent = seconds(ms);
			const values = all(".lane[data-lane]", chart).map((lane) => {
				const value = valueAt(lane, chart, ms);
				need(lane.querySelector(".now")).textContent = value === "" ? "–" : value;
				return value === "" ? "" : \`\${lane.dataset.lane} \${value}\`;
			});
			const scrub = need(chart.querySelector(".scrub"));
			scrub.value = String(Math.round(ms));
			const said = values.filter((words) => words !== "").join("; ");
			scrub.setAttribute("aria-valuetext", \`\${seconds(ms)}: \${said}\`);
		}
	}
	function unpoint() {
		cursorMs = null;
		for (const cursor of all(".cursor")) cursor.hidden = true;
		for (const chart of all(".chart.pointed")) chart.classList.remove("pointed");
	}
	for (const event of ["pointermove", "pointerdown"]) document.addEventListener(event, (at) => {
		const chart = around(at, ".chart");
		if (chart === null) return;
		const { left, width } = need(chart.querySelector(".track")).getBoundingClientRect();
		const share = (at.clientX - left) / width;
		if (share < 0 || share > 1) return;
		const [from, to] = [Number(chart.dataset.from), Number(chart.dataset.to)];
		point(need(chart.closest(".trial")), from + share * (to - from));
	});
	for (const scrub of all(".scrub")) scrub.addEventListener("input", () => {
		point(need(scrub.closest(".trial")), Number(scrub.value));
	});
	for (const chart of all(".chart")) chart.addEventListener("pointerleave", (event) => {
		if (event.pointerType === "mouse") unpoint();
	});
	const meets = (mark, box, taken, gap) => taken.some((t) => t.mark !== mark && box.left < t.box.right + gap && box.right > t.box.left - gap);
	function label(track) {
		separate(all(".mark", track));
		const marks = all(".mark:not(.minor)", track).sort((a, b) => Number(a.dataset.rank) - Number(b.dataset.rank));
		const frame = track.getBoundingClientRect();
		const taken = [];
		for (const mark of marks) {
			const box = moveInside(mark, frame);
			const isTight = meets(mark, box, taken, 1);
			mark.classList.toggle("dot", isTight);
			if (isTight) mark.style.translate = "";
			else taken.push({
				mark,
				box
			});
		}
		for (const mark of marks) {
			const em = mark.querySelector("em");
			if (em === null) continue;
			em.classList.remove("off", "left");
			let box = em.getBoundingClientRect();
			if (box.right > frame.right) {
				em.classList.add("left");
				box = em.getBoundingClientRect();
			}
			if (mark.classList.contains("dot") || meets(mark, box, taken, 4)) em.classList.add("off");
			else taken.push({
				mark,
				box
			});
		}
		join(all(".mark.minor, .mark.dot", track));
	}
	function moveInside(mark, frame) {
		mark.style.translate = "";
		const sign = need(mark.firstElementChild);
		const { left, right } = sign.getBoundingClientRect();
		const px = Math.min(frame.right - right, 0) + Math.max(frame.left - left, 0);
		if (px !== 0) mark.style.translate = \`\${px}px\`;
		return sign.getBoundingClientRect();
	}
	const ownWords = /* @__PURE__ */ new WeakMap();
	const DIGIT = 7;
	function separate(marks) {
		for (const mark of marks) {
			if (!ownWords.has(mark)) ownWords.set(mark, mark.getAttribute("aria-label") ?? "");
			mark.setAttribute("aria-label", ownWords.get(mark) ?? "");
			mark.classList.remove("joined", "dot");
			delete mark.dataset.count;
		}
	}
	function join(dots) {
		const at = /* @__PURE__ */ new Map();
		for (const dot of dots) at.set(dot, need(dot.firstElementChild).getBoundingClientRect());
		const left = (dot) => at.get(dot)?.left ?? 0;
		let group = [];
		let end = Number.NEGATIVE_INFINITY;
		for (const dot of [...dots].sort((a, b) => left(a) - left(b))) {
			const isNear = left(dot) < end + 2;
			group = isNear ? [...group, dot] : [dot];
			const [first = dot] = group;
			dot.classList.toggle("joined", isNear);
			end = (at.get(first)?.right ?? 0) + (isNear ? DIGIT * String(group.length).length : 0);
			if (isNear) first.dataset.count = String(group.length);
			first.setAttribute("aria-label", group.map(wordsIn).join("\\n"));
		}
	}
	const wordsIn = (dot, i) => {
		const words = ownWords.get(dot) ?? "";
		return i === 0 ? words : words.slice(words.indexOf("\\n") + 1);
	};
	function fitTexts(root) {
		for (const seg of all(".seg", root)) {
			const text = seg.firstElementChild;
			text?.classList.toggle("off", text.scrollWidth > seg.clientWidth - 4);
		}
		for (const track of all(".close .phases .track", root)) nameBelow(track);
		for (const track of all(".sentinel .track", root)) label(track);
		for (const axis of all(".axis .track", root)) thin(axis);
		for (const track of all(".loss .track, .client .track", root)) spread(track);
	}
	function spread(track) {
		const frame = track.getBoundingClientRect();
		let end = Number.NEGATIVE_INFINITY;
		const signs = all(".lost > span", track).map((sign) => ({
			sign,
			box: sign.getBoundingClientRect()
		}));
		for (const { sign, box } of signs.sort((a, b) => a.box.left - b.box.left)) {
			const isTight = box.left < end + 1 || box.left < frame.left || box.right > frame.right;
			sign.classList.toggle("off", isTight);
			if (!isTight) end = box.right;
		}
	}
	const APART_PX = 6;
	function nameBelow(track) {
		const frame = track.getBoundingClientRect();
		const ends = [];
		for (const name of all(".phase-name", track)) {
			const seg = need(name.previousElementSibling);
			const isBelow = seg.firstElementChild?.classList.contains("off") === true;
			name.classList.toggle("off", !isBelow);
			if (!isBelow) continue;
			const box = seg.getBoundingClientRect();
			const isAtEnd = box.left + name.offsetWidth > frame.right;
			const left = (isAtEnd ? box.right - name.offsetWidth : box.left) - frame.left;
			name.classList.toggle("ends", isAtEnd);
			const free = ends.findIndex((end) => left > end + APART_PX);
			const row = free < 0 ? ends.length : free;
			ends[row] = left + name.offsetWidth;
			name.style.left = \`\${left}px\`;
			name.style.setProperty("--row", String(row));
		}
		track.style.setProperty("--rows", String(ends.length));
	}
	function thin(axis) {
		const { left: start, right: edge } = axis.getBoundingClientRect();
		let end = start - APART_PX;
		for (const tick of all("i", axis)) {
			tick.classList.remove("off");
			const { left, right } = tick.getBoundingClientRect();
			const isTight = left < end + APART_PX || right > edge;
			tick.classList.toggle("off", isTight);
			if (!isTight) end = right;
		}
	}
	function fitAll() {
		for (const trial of all(".trial:not([hidden])")) fitTexts(trial);
	}
	function closeUp(button) {
		const trial = need(button.closest(".trial"));
		for (const other of all(".closer button", trial)) {
			const on = other === button;
			other.setAttribute("aria-pressed", String(on));
			need(byId(other.getAttribute("aria-controls") ?? "")).hidden = !on;
		}
		const chart = need(byId(button.getAttribute("aria-controls") ?? "")?.querySelector(".chart"));
		const whole = need(trial.querySelector(".chart"));
		const lens = need(whole.querySelector(".lens"));
		const [left, right] = [Number(chart.dataset.from), Number(chart.dataset.to)].map((ms) => shareOf(whole, ms));
		lens.style.left = \`\${(left ?? 0) * 100}%\`;
		lens.style.width = \`\${((right ?? 0) - (left ?? 0)) * 100}%\`;
		fitTexts(chart);
		if (cursorMs !== null) point(trial, cursorMs);
	}
	function turnAxis(button) {
		const isLog = button.getAttribute("aria-pressed") !== "true";
		button.setAttribute("aria-pressed", String(isLog));
		for (const drawing of all(".drawing", need(button.closest(".lane")))) drawing.hidden = drawing.dataset.axis === "log" !== isLog;
	}
	const panelOf = (tab) => need(byId(tab.getAttribute("aria-controls") ?? ""));
	function select(tab) {
		for (const other of all("[role=tab]")) {
			const on = other === tab;
			other.setAttribute("aria-selected", String(on));
			other.tabIndex = on ? 0 : -1;
			panelOf(other).hidden = !on;
		}
		tab.scrollIntoView({
			block: "nearest",
			inline: "nearest"
		});
		fitTexts(panelOf(tab));
	}
	function follow() {
		const linked = /^#trial-(\\d{1,6})$/.exec(location.hash)?.[1];
		const tab = linked === void 0 ? null : byId(\`tab-\${linked}\`);
		if (tab !== null) select(tab);
	}
	addEventListener("hashchange", follow);
	follow();
	const tip = need(byId("tip"));
	const HAS_TIP = ".track button, .track svg";
	function showTip(target) {
		tip.textContent = target.getAttribute("aria-label");
		tip.hidden = false;
		const box = target.getBoundingClientRect();
		const middle = (box.left + box.right) / 2;
		const rightmost = Math.max(8, document.documentElement.clientWidth - tip.offsetWidth - 8);
		const left = Math.min(Math.max(8, middle - tip.offsetWidth / 2), rightmost);
		const above = box.top - tip.offsetHeight - 8;
		tip.style.left = \`\${left}px\`;
		tip.style.top = \`\${above < 4 ? box.bottom + 8 : above}px\`;
	}
	function hideTip() {
		tip.hidden = true;
	}
	for (const [begin, end] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
		document.addEventListener(begin, (event) => {
			const target = around(event, HAS_TIP);
			if (target !== null && (begin === "focusin" || target.closest(".drawing") === null)) showTip(target);
		});
		document.addEventListener(end, hideTip);
	}
	addEventListener("scroll", () => {
		const focused = document.activeElement?.closest(".track button, .track svg") ?? null;
		if (focused !== null && !tip.hidden) showTip(focused);
		else hideTip();
	}, {
		capture: true,
		passive: true
	});
	const ordered = (track) => all("button, svg", track).filter((part) => part.getClientRects().length > 0).sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left);
	for (const track of all(".track")) {
		const first = track.querySelector("button, svg");
		if (first !== null) first.tabIndex = 0;
	}
	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape") hideTip();
		const tab = around(event, "[role=tab]");
		const tipped = around(event, HAS_TIP);
		const from = tab ?? tipped;
		const track = tipped?.closest(".track") ?? null;
		const list = tab !== null ? all("[role=tab]") : track !== null ? ordered(track) : [];
		const at = from === null ? -1 : list.indexOf(from);
		if (from === null || at < 0) return;
		const next = list[{
			ArrowRight: at + 1,
			ArrowLeft: at - 1,
			Home: 0,
			End: list.length - 1
		}[event.key] ?? -1];
		if (next === void 0) return;
		event.preventDefault();
		from.tabIndex = -1;
		next.tabIndex = 0;
		next.focus();
		if (tab !== null && next instanceof HTMLElement) select(next);
	});
	document.addEventListener("click", (event) => {
		const copy = around(event, ".copy");
		if (copy !== null) copied(copy);
	});
	async function copied(button) {
		const code = need(button.parentElement?.querySelector("code"));
		try {
			await navigator.clipboard.writeText(code.textContent ?? "");
			button.textContent = "Copied";
		} catch {
			getSelection()?.selectAllChildren(code);
			button.textContent = "Selected";
		}
	}
	for (const button of all(".copy")) button.hidden = false;
	for (const time of all("time")) {
		const at = new Date(time.dateTime);
		if (Number.isNaN(at.getTime())) continue;
		const local = at.toLocaleTimeString("en-GB", { timeZoneName: "short" });
		if (/ (UTC|GMT)$/.test(local)) continue;
		const day = at.toLocaleDateString("sv-SE");
		const date = day === time.dateTime.slice(0, 10) ? "" : \`\${day} \`;
		time.append(\`, \${date}\${local} here\`);
	}
	document.addEventListener("click", (event) => {
		const part = around(event, ".closer button");
		if (part !== null) closeUp(part);
		const axis = around(event, ".axis-kind");
		if (axis !== null) turnAxis(axis);
		const tab = around(event, "[role=tab]");
		if (tab !== null) select(tab);
	});
	addEventListener("resize", fitAll);
	for (const [event, isPrinting] of [["beforeprint", true], ["afterprint", false]]) addEventListener(event, () => {
		document.documentElement.classList.toggle("printing", isPrinting);
		fitAll();
	});
	fitAll();
	const raw = need(byId("raw"));
	need(raw.closest("details")).addEventListener("toggle", () => {
		if (raw.textContent === "") raw.textContent = JSON.stringify(result, null, 2);
	});
})();
`;

/** The script of the page of a sweep. */
export const SWEEP_SCRIPT = `(function() {
	const all = (selector, root = document) => [...root.querySelectorAll(selector)];
	function need(element) {
		if (element === null || element === void 0) throw new Error("the page is damaged");
		return element;
	}
	function around(event, selector) {
		return event.target instanceof Element ? event.target.closest(selector) : null;
	}
	document.addEventListener("click", (event) => {
		const copy = around(event, ".copy");
		if (copy !== null) copied(copy);
	});
	async function copied(button) {
		const code = need(button.parentElement?.querySelector("code"));
		try {
			await navigator.clipboard.writeText(code.textContent ?? "");
			button.textContent = "Copied";
		} catch {
			getSelection()?.selectAllChildren(code);
			button.textContent = "Selected";
		}
	}
	for (const button of all(".copy")) button.hidden = false;
	for (const time of all("time")) {
		const at = new Date(time.dateTime);
		if (Number.isNaN(at.getTime())) continue;
		const local = at.toLocaleTimeString("en-GB", { timeZoneName: "short" });
		if (/ (UTC|GMT)$/.test(local)) continue;
		const day = at.toLocaleDateString("sv-SE");
		const date = day === time.dateTime.slice(0, 10) ? "" : \`\${day} \`;
		time.append(\`, \${date}\${local} here\`);
	}
})();
`;
