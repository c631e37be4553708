/**
 * How the report looks: on a wide screen, on a phone, in the dark, on paper.
 *
 * The colours of lines are those of Okabe and Ito, which people with any kind of colour vision tell apart; dashes tell
 * them apart without colours, too.
 */
const light = `
  color-scheme: light;
  --paper: #fff; --panel: #f6f7f9; --rule: #d5d9e0; --grid: #e6e9ee;
  --text: #16191f; --text-soft: #555d6b;
  --good: #0072b2; --also: #009e73; --plan: #555d6b; --bad: #d55e00; --half: #f0e442; --calm: #a6cee3;
  --fault: rgb(213 94 0 / 9%); --cursor: rgb(22 25 31 / 14%); --mark: #16191f; --pass: #00664b; --fail: #b03a00;
`;

export const style = `
:root { ${light} }
@media (prefers-color-scheme: dark) {
  :root:not(.paper) {
    color-scheme: dark;
    --paper: #14171c; --panel: #1d2128; --rule: #3a414d; --grid: #2a303a;
    --text: #eceff4; --text-soft: #aab3c2;
    --good: #56b4e9; --also: #2fc99a; --plan: #aab3c2; --bad: #ff8c42; --half: #f0e442; --calm: #33566e;
    --fault: rgb(255 140 66 / 13%); --cursor: rgb(236 239 244 / 20%); --mark: #eceff4; --pass: #2fc99a; --fail: #ff8c42;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1560px; padding: 1.5rem clamp(.75rem, 2vw, 2rem) 4rem; background: var(--paper);
  color: var(--text); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.4rem; line-height: 1.25; margin: 3rem 0 .4rem; padding-top: 1rem; border-top: 2px solid var(--rule); }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .2rem; }
.row h3 { margin-top: 1.1rem; }
p, li { max-width: 78ch; }
p { margin: .4rem 0; }
a { color: var(--good); }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.soft, .unit { color: var(--text-soft); font-weight: 400; }
.unit { font-size: .85rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; padding: 0; list-style: none; }
.verdict { font-weight: 600; }
.columns { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .4rem .8rem; }
.columns:focus-visible { outline: 2px solid var(--good); outline-offset: 4px; border-radius: 2px; }
.column { display: flex; flex-direction: column; }
.column > h4 { margin: 0 0 auto; font-size: .82rem; font-weight: 600; line-height: 1.3; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; margin: 0 0 .4rem; padding: 0; list-style: none;
  font-size: .85rem; }
.legend svg { width: 26px; height: 10px; margin-right: .4rem; }
.chart { min-height: 154px; }
.nothing { flex: 1; margin-top: .4rem; display: grid; place-items: center; background: var(--panel); border-radius: 4px;
  color: var(--text-soft); font-size: .85rem; text-align: center; }
.fault { position: absolute; top: 0; bottom: 0; background: var(--fault); pointer-events: none; }
.mark { position: absolute; bottom: 0; width: 0; border-left: 1px dotted var(--mark); pointer-events: none; }
.mark span { position: absolute; z-index: 1; top: 0; left: -7px; width: 14px; height: 14px; border-radius: 50%;
  background: var(--mark); color: var(--paper); font-size: 10px; font-weight: 700; line-height: 14px; text-align: center;
  pointer-events: auto; }
.u-hz .u-cursor-x { width: calc(100% / var(--seconds)); margin-left: calc(-50% / var(--seconds));
  border: solid var(--text-soft); border-width: 0 1px; background: var(--cursor); }
.read-out { min-height: 1.5em; padding-left: 4px; font-size: .8rem; line-height: 1.5; pointer-events: none; }
.read-out .u-legend { display: block; margin: 0; font-size: inherit; }
.read-out tbody { display: flex; flex-wrap: wrap; gap: 0 .9em; }
.read-out tr { display: flex; align-items: center; margin: 0; }
.read-out tr:has(.u-value:empty) { visibility: hidden; }
.read-out th, .read-out td { padding: 0; border: 0; font-size: inherit; line-height: inherit; white-space: nowrap; }
.read-out th { line-height: 0; }
.read-out tr:first-child th { display: none; }
.read-out th::after { display: none; }
.read-out .u-marker { width: 16px; height: 9px; }
.read-out :is(.solid, .dashed) .u-marker { height: 0; border-width: 0 0 2.5px !important; }
.read-out .u-label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
dl.measures { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .8rem; font-size: .9rem; }
dl.measures dt { font-weight: 600; }
dl.measures dd { margin: 0; color: var(--text-soft); }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.why { min-width: 18rem; color: var(--text-soft); }
.bound td:nth-child(2) { min-width: 9rem; }
.bound td:nth-child(3) { min-width: 14rem; }
.bound td:nth-child(4) { white-space: normal; min-width: 8rem; }
.figure td:first-child { min-width: 11rem; }
tr.fails td { background: var(--fault); }
.pass { color: var(--pass); font-weight: 600; white-space: nowrap; }
.fail { color: var(--fail); font-weight: 700; white-space: nowrap; }
.event { display: inline-block; min-width: 1.3em; padding: 0 .2em; border-radius: 1em; background: var(--mark);
  color: var(--paper); font-size: .78rem; font-weight: 700; text-align: center; }
@media (max-width: 1150px) {
  .read-out { min-height: 3em; }
  .read-out tr:first-child { flex-basis: 100%; }
  tr.bound td:not(.pass, .fail) { min-width: 0; white-space: normal; }
}
@media (max-width: 900px) {
  .columns { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  h1 { font-size: 1.5rem; }
  h2 { font-size: 1.2rem; }
  th, td { padding: .25rem .5rem; }
  td.number, th.number { white-space: normal; }
  .figure td:first-child { min-width: 6.5rem; }
}
@media (max-width: 600px) {
  table { font-size: clamp(.62rem, 2.75vw, .72rem); hyphens: auto; }
  th, td { padding: .25rem .2rem; }
}
@media screen and (max-width: 700px) {
  table:has(.bound) :is(tbody, tr, td) { display: block; }
  table:has(.bound) { font-size: .85rem; }
  table:has(.bound) thead { display: none; }
  tr.bound { padding: .5rem .4rem; border-bottom: 1px solid var(--rule); }
  tr.bound td { padding: 0; border: 0; text-align: left; }
  tr.bound td:is(:nth-child(-n+2), :nth-child(5), :nth-child(6)) { display: inline; margin-right: .4em; }
  tr.bound td:nth-child(-n+2) { font-weight: 600; }
  tr.bound td[data-head]::before { content: attr(data-head) ': '; color: var(--text-soft); }
}
@media (max-width: 330px) { .columns { grid-template-columns: minmax(0, 1fr); } }
.paper body { width: 182mm; max-width: none; padding: 0; font-size: 10pt; }
.paper .columns { grid-template-columns: repeat(4, minmax(0, 1fr)); }
.paper .column > h4 { font-size: .7rem; }
.paper .row h3 { margin-top: .4rem; }
.paper .legend { margin-bottom: .1rem; }
@page { margin: 10mm; }
@media print {
  :root { ${light} }
  .row, .answer, tr, table:not(:has(.bound)) { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  td.number, th.number { white-space: normal; }
  td, th { min-width: 0 !important; padding: .2rem .4rem; }
  .nothing { font-size: 8pt; }
  h2, h3, caption { break-after: avoid; }
  .read-out, .u-cursor-x, .by-hand { display: none; }
  .mark span, .event, .fault, .nothing, .legend svg, tr.fails td {
    print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
