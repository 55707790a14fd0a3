/**
 * Colours are those of Okabe and Ito, darkened until white text on them is readable; none carries a meaning alone:
 * each state has a word, a sign or a pattern besides.
 */
export const STYLE = `
:root{--bg:#f4f6f8;--card:#fff;--ink:#171c22;--quiet:#56616e;--rule:#d9dfe6;--accent:#005a9e;--ok:#00664f;--bad:#a83200;--warn:#7a5200;
--master:#005a9e;--replica:#00735c;--zombie:#b34700;--zombie2:#8a3300;--down:#8a94a0;--fault:rgba(213,94,0,.11);--dual:rgba(179,71,0,.34);
--good:#2f7fc1;--err:#c24a00;--lost:#b00020;--name:8.5rem;--phase0:#44505c;--phase1:#6a7683}
@media(prefers-color-scheme:dark){:root{--bg:#0e1217;--card:#161c23;--ink:#e7ebf0;--quiet:#9eaab7;--rule:#2c3540;--accent:#7cbcf5;--ok:#57cfaa;--bad:#ff9466;--warn:#f1c463;
--master:#0a66ad;--replica:#04765f;--zombie:#c25210;--zombie2:#8f3a08;--down:#6c7783;--fault:rgba(240,130,50,.15);--dual:rgba(255,140,80,.38);
--good:#5aa9e6;--err:#ff8a4c;--lost:#ff5f6d;--phase0:#55616d;--phase1:#3d4853}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:76rem;margin:0 auto;padding:1.25rem clamp(.75rem,2.5vw,2rem) 4rem}
header,section:not(.cards){background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1.1rem clamp(.8rem,2vw,1.5rem);margin:0 0 1rem}
header{border-left:6px solid var(--warn)}header.holds{border-left-color:var(--ok)}header.violated{border-left-color:var(--bad)}
h1{font-size:clamp(1.15rem,2.6vw,1.6rem);line-height:1.3;margin:0 0 .4rem;font-weight:650;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:0 0 .7rem}h3{font-size:1rem;margin:.9rem 0 .5rem}
p{margin:.25rem 0;overflow-wrap:anywhere}.quiet{color:var(--quiet);font-size:.9rem;font-weight:400}.none{color:var(--quiet)}
.reason{font-size:1.05rem}
.incomplete{border:1px solid var(--warn);border-radius:6px;padding:.4rem .7rem}.incomplete b,.over{color:var(--warn)}
.badge{display:inline-block;border:1.5px solid currentColor;border-radius:99px;padding:0 .6em;font-size:.8em;font-weight:650;white-space:nowrap;vertical-align:.08em}
h1 .badge{text-transform:uppercase;letter-spacing:.03em;margin-right:.3em}
.badge.holds{color:var(--ok)}.badge.violated{color:var(--bad)}.badge.unknown{color:var(--warn)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:0 0 1rem}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:.75rem 1rem}
.card h3{margin:0;font-size:.85rem;font-weight:500;color:var(--quiet)}.figure{font-size:1.7rem;line-height:1.25;margin:.1rem 0}.figure small{font-size:.85rem;display:block;color:var(--quiet)}.figure .bad{color:var(--lost)}
code,pre{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}pre{overflow:auto;background:var(--bg);border:1px solid var(--rule);border-radius:6px;padding:.7rem;margin:.3rem 0 .8rem;max-height:32rem}
.command{white-space:pre-wrap;overflow-wrap:anywhere}
.columns{display:flex;flex-wrap:wrap;gap:0 2rem;align-items:flex-start}.columns>.wide{flex:1 1 20rem;min-width:min(100%,18rem)}
.wide{overflow-x:auto;max-width:100%;margin:0 0 .8rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;font-weight:600;padding:.5rem 0 .25rem}
th,td{text-align:left;vertical-align:top;padding:.32rem .8rem .32rem 0;border-top:1px solid var(--rule);font-weight:400}
td:last-child,th:last-child{padding-right:0}tbody th{min-width:7.5rem}.wide.full th{min-width:13rem}td{overflow-wrap:break-word}
thead th{border-top:0;color:var(--quiet);font-size:.82rem;white-space:nowrap}.n{text-align:right;white-space:nowrap}.n .words{white-space:normal}.broken{margin:.5rem 0 0;padding:0;list-style:none}.broken li{margin:.2rem 0}
details{margin:.6rem 0 0}summary{cursor:pointer;padding:.25rem 0;font-weight:600}
ul{margin:.2rem 0;padding-left:1.2rem}
button{font:inherit;color:inherit}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;margin:0 0 .8rem;font-size:.85rem;color:var(--quiet)}
.legend li{display:flex;align-items:center;gap:.4rem}.legend i{display:inline-block;position:static;width:1.5rem;height:.85rem}
.swatch.fault{background:var(--fault);border:1px dashed var(--zombie)}.swatch.dual{background:repeating-linear-gradient(45deg,var(--dual) 0 4px,transparent 4px 8px)}
.swatch.first{width:0!important;border-left:2px dotted var(--master)}.swatch.ok{background:var(--good)}.swatch.err{background:var(--err)}.tick{color:var(--lost);font-weight:700}
.tabs{display:flex;gap:.4rem;overflow-x:auto;padding:.25rem .25rem .5rem;margin:0 -.25rem}
.tabs button{flex:none;border:1px solid var(--rule);border-radius:8px;background:var(--bg);padding:.25rem .7rem;cursor:pointer;min-height:2.75rem;line-height:1.2;text-align:left}
.tabs small{display:block;color:var(--quiet);font-size:.78rem}
.tabs [aria-selected=true]{border-color:var(--accent);box-shadow:inset 0 -3px var(--accent);font-weight:650}
.tabs .violated>span{color:var(--bad)}.tabs .unknown>span{color:var(--warn)}.tabs .holds>span{color:var(--ok)}
.zooms{display:flex;flex-wrap:wrap;gap:.4rem;margin:0 0 .5rem}
.zooms button{border:1px solid var(--rule);background:var(--bg);border-radius:99px;padding:.25rem .9rem;cursor:pointer;font-size:.88rem;min-height:2.1rem}
.zooms [aria-pressed=true]{border-color:var(--accent);color:var(--accent);font-weight:650}
.scroller{overflow-x:auto;border:1px solid var(--rule);border-radius:8px;margin:0 0 .6rem;background:var(--card)}
.chart{position:relative;min-width:100%;width:calc(var(--name) + (100% - var(--name)) * var(--zoom))}
.lane{display:flex;position:relative;height:2.1rem;border-top:1px solid var(--rule)}
.lane .name{position:sticky;left:0;z-index:4;flex:none;width:var(--name);background:var(--card);border-right:1px solid var(--rule);padding:.2rem .5rem;font-size:.85rem;line-height:1.25;display:flex;flex-direction:column;justify-content:center;overflow:hidden;white-space:nowrap}
.name small{color:var(--quiet);font-size:.74rem}
.track{position:relative;flex:1;min-width:0;overflow:clip}
.lane.sentinel{height:3.1rem}.lane.client{height:2.5rem}.lane.axis{height:1.9rem;border-top:0}
.axis .name{color:var(--quiet);font-size:.78rem}
.axis i{position:absolute;bottom:0;font-style:normal;font-size:.74rem;color:var(--quiet);transform:translateX(-50%);padding-bottom:.4rem;white-space:nowrap}
.axis i::after{content:"";position:absolute;left:50%;bottom:0;height:.35rem;border-left:1px solid var(--quiet)}
.axis .fine{display:none}.near .axis .fine{display:block}
.group h4{margin:0;padding:.5rem .5rem .15rem;font-size:.74rem;font-weight:650;text-transform:uppercase;letter-spacing:.06em;color:var(--quiet);position:sticky;left:0;width:var(--name);border-top:1px solid var(--rule)}
.bands{position:absolute;top:0;bottom:0;left:var(--name);right:0;pointer-events:none}
.band{position:absolute;top:0;bottom:0}
.band.fault{background:var(--fault);border-left:2px solid var(--zombie);border-right:1px dashed var(--zombie);top:1.9rem}
.band.fault b{position:sticky;left:calc(var(--name) + .4rem);display:block;width:max-content;max-width:12rem;padding:.35rem .4rem;font-size:.76rem;line-height:1.2;color:var(--bad);white-space:nowrap}
.line{position:absolute;top:1.9rem;bottom:0;border-left:2px dotted var(--master)}
.nodes{position:relative}.nodes .band.dual{z-index:1;background:repeating-linear-gradient(45deg,var(--dual) 0 5px,transparent 5px 11px)}
.track button{position:absolute;border:0;padding:0;background:none;cursor:default}
.seg{top:.3rem;bottom:.3rem;min-width:2px;border-radius:3px;overflow:clip;color:#fff;font-size:.76rem;line-height:1;z-index:2}
.seg span,.legend .seg{white-space:nowrap}.seg span{display:inline-block;padding:0 .25rem;position:sticky;left:calc(var(--name) + .2rem)}.seg .off{visibility:hidden}
button.seg{text-align:left}
.track .master{background:var(--master)}.track .replica{background:var(--replica)}.legend .master{background:var(--master)}.legend .replica{background:var(--replica)}
.track .unlinked,.legend .unlinked{background:repeating-linear-gradient(90deg,var(--replica) 0 6px,transparent 6px 9px);border:1px solid var(--replica)}
.track .unlinked span{background:var(--replica);border-radius:2px;padding:.15rem .25rem}
.track .zombie,.legend .zombie{background:repeating-linear-gradient(135deg,var(--zombie) 0 7px,var(--zombie2) 7px 14px)}
.track .down,.legend .down{background:repeating-linear-gradient(45deg,transparent 0 4px,color-mix(in srgb,var(--down) 35%,transparent) 4px 5px);border:1px dashed var(--down);color:var(--ink)}
.track .unknown{border:1px dotted var(--down);color:var(--ink)}
.track .phase{color:#fff}.track .p0{background:var(--phase0)}.track .p1{background:var(--phase1)}.track .phase.over{box-shadow:inset 0 -4px var(--err)}
.sentinel .belief{top:auto;bottom:.25rem;height:1.05rem;border:1px solid var(--down);color:var(--ink);background:var(--card)}
.sentinel .belief.new{background:var(--master);border-color:var(--master);color:#fff}.sentinel .belief.other{border:2px dashed var(--bad)}
.mark{top:.15rem;height:1.4rem;width:1.3rem;margin-left:-.65rem;z-index:3;text-align:center;line-height:1.4rem;font-size:.95rem;overflow:visible}
.mark.bad span{color:var(--bad);font-weight:700}
.mark em{position:absolute;left:1.15rem;top:0;padding-right:.15rem;background:color-mix(in srgb,var(--card) 80%,transparent);font-style:normal;font-size:.73rem;white-space:nowrap;color:var(--ink)}
.mark em.left{left:auto;right:1.15rem}.mark em.off{visibility:hidden}
.track svg{position:absolute;top:.25rem;height:calc(100% - .5rem);overflow:hidden}
.track .ok{fill:var(--good)}.track .err{fill:var(--err)}
.client .back{position:absolute;top:0;bottom:0;border-left:2px solid var(--ok)}
.track .lost{top:0;bottom:0;min-width:4px;background:var(--lost);z-index:3}
.track .lost span{position:absolute;left:50%;top:-.05rem;transform:translateX(-50%);color:#fff;background:var(--lost);border-radius:99px;font-size:.62rem;line-height:.95rem;width:.95rem;text-align:center}
.loss .track .lost span{top:.55rem}
.more{padding:.3rem .6rem;color:var(--quiet);font-size:.85rem}
.ecdf{margin:0 0 1rem;max-width:46rem}.ecdf>svg{width:100%;height:auto;display:block}
.ecdf text{fill:var(--quiet);font-size:12px}.ecdf .grid{stroke:var(--rule);fill:none}.ecdf .budget{stroke:var(--warn);stroke-dasharray:2 4;stroke-width:2}.ecdf text.budget{stroke:none;fill:var(--warn)}
.ecdf g path,.key path{fill:none;stroke-width:2.5}.switched path{stroke:var(--accent)}.switched circle{fill:var(--accent)}
.outage path{stroke:var(--err);stroke-dasharray:7 4}.outage circle{fill:var(--card);stroke:var(--err);stroke-width:2}
figcaption{font-size:.88rem;color:var(--quiet);display:flex;flex-wrap:wrap;gap:.2rem 1.2rem}.key{color:var(--ink);display:inline-flex;align-items:center;gap:.4rem}.key svg{width:32px;height:10px}
#tip{position:fixed;z-index:20;max-width:min(34rem,calc(100vw - 16px));background:var(--ink);color:var(--bg);border-radius:6px;padding:.4rem .65rem;font-size:.82rem;line-height:1.4;white-space:pre-line;overflow-wrap:anywhere;pointer-events:none;max-height:60vh;overflow:hidden}
@media(max-width:560px){:root{--name:5.6rem}.lane .name{font-size:.78rem;padding:.2rem .35rem}.ecdf text{font-size:20px}.chart{width:calc(var(--name) + max(100% - var(--name),30rem) * var(--zoom))}.figure{font-size:1.4rem}.cards{grid-template-columns:repeat(2,minmax(0,1fr))}th,td{padding-right:.5rem}.wide.full th,tbody th{min-width:6.5rem}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--quiet:#444;--rule:#bbb;--ok:#00664f;--bad:#a83200;--warn:#7a5200;--accent:#005a9e}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}body{font-size:10pt}main{max-width:none;padding:0}.tabs,.zooms,#tip,details{display:none}
header,section:not(.cards){break-inside:auto;padding:.6rem .8rem}.scroller,.wide{overflow:visible}.chart{--zoom:1!important;width:100%}.lane,tr,.card{break-inside:avoid}h2,h3{break-after:avoid}.lane .name,.band.fault b{position:static}}
`;
