/** The page's style sheet. No font, image or rule from elsewhere; the page's policy names it by its hash. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfb; --card: #ffffff; --ink: #1b1d21; --soft: #5b616b; --line: #e7e6e2; --sunk: #f4f3f0;
  --accent: #0b6b62; --accent-sunk: #e3f1ee;
  --critical: #a11350; --high: #cf3b24; --medium: #c98208; --low: #3b75c9; --none: #9aa0a8;
  --good: #1a7f4b; --bad: #b3203a; --unsure: #97650a;
  --good-sunk: #e4f4ea; --bad-sunk: #fbe8ea; --unsure-sunk: #fbf1dc;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131518; --card: #1a1d21; --ink: #e6e8eb; --soft: #9aa2ad; --line: #2b2f35; --sunk: #20242a;
    --accent: #5fd0c0; --accent-sunk: #17332f;
    --critical: #f06aa4; --high: #f5806b; --medium: #e7b04b; --low: #77a9f0; --none: #747c87;
    --good: #62cf94; --bad: #ff8597; --unsure: #e7b04b;
    --good-sunk: #14301f; --bad-sunk: #3a1a20; --unsure-sunk: #33280f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 9rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  overflow-wrap: anywhere;
}
main, header, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3.5rem; }
.maker { margin: 0 0 .75rem; color: var(--accent); font-size: .8rem; font-weight: 600; letter-spacing: .09em; text-transform: uppercase; }
h1 { margin: 0; font-size: clamp(1.5rem, 1.1rem + 1.8vw, 2.15rem); line-height: 1.2; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin: 0; font-size: 1.15rem; line-height: 1.3; font-weight: 650; }
h2 .count { margin-left: .4rem; color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; }
p { margin: 0; }
code, pre { font-family: var(--mono); font-size: .86em; }
.verdict { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: baseline; margin-top: 1.25rem; }
.verdict b { padding: .22rem .75rem; border-radius: 999px; font-size: .95rem; letter-spacing: .04em; background: var(--sunk); }
.good b { color: var(--good); background: var(--good-sunk); }
.bad b { color: var(--bad); background: var(--bad-sunk); }
.unsure b { color: var(--unsure); background: var(--unsure-sunk); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem 1.75rem; margin: 2rem 0 0; }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; }
.lead { display: grid; grid-template-columns: minmax(0, 1fr); gap: .9rem; margin-top: 1.5rem; }
.lead:empty { display: none; }
.lead ol, .lead ul { margin: 0; padding-left: 1.4rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .35rem; }
.lead li::marker { color: var(--soft); }
.note { padding: .75rem 1rem; border-left: 3px solid var(--none); background: var(--sunk); border-radius: 0 .5rem .5rem 0; }
.note.good { border-color: var(--good); } .note.bad { border-color: var(--bad); } .note.unsure { border-color: var(--unsure); }
.lead .steps { padding: 0; gap: 0; list-style: none; counter-reset: step; border-top: 1px solid var(--line); }
.steps li { position: relative; padding: 1.1rem 0 1.2rem 3.25rem; border-bottom: 1px solid var(--line); counter-increment: step; }
.steps li::before { content: counter(step); position: absolute; left: 0; top: 1.05rem; width: 2rem; height: 2rem; border-radius: 50%; text-align: center; line-height: 2rem; font-weight: 650; font-variant-numeric: tabular-nums; color: var(--soft); background: var(--sunk); }
.steps .bad::before { color: var(--bad); background: var(--bad-sunk); }
.steps .unsure::before { color: var(--unsure); background: var(--unsure-sunk); }
.steps .good::before { color: var(--good); background: var(--good-sunk); }
.todo { font-weight: 650; font-size: 1.05rem; }
.steps .todo + p { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: .4rem 1rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; font-size: .8rem; white-space: nowrap; }
td { min-width: 6rem; }
.bar { margin-top: 2.25rem; }
.bar svg { display: block; width: 100%; height: 10px; border-radius: 5px; }
.f-critical { fill: var(--critical); } .f-high { fill: var(--high); } .f-medium { fill: var(--medium); } .f-low { fill: var(--low); } .f-negligible { fill: var(--none); } .f-unknown { fill: var(--none); opacity: .55; }
.tools { position: sticky; top: 0; z-index: 2; margin: 1.25rem -1.5rem 0; padding: .75rem 1.5rem; background: var(--paper); border-bottom: 1px solid var(--line); }
.tools .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
input[type=search] { flex: 1 1 15rem; min-width: 0; padding: .5rem .85rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
input[type=search]::placeholder { color: var(--soft); opacity: 1; }
button { padding: .4rem .75rem; font: inherit; font-size: .875rem; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 999px; cursor: pointer; }
button:hover { border-color: var(--accent); }
button[aria-pressed=true] { background: var(--accent-sunk); border-color: var(--accent); }
button .n { color: var(--soft); font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.tools [role=status] { color: var(--soft); font-size: .85rem; }
.tools [role=status]:not(:empty) { margin-top: .5rem; }
[hidden] { display: none !important; }
section { margin-top: 3rem; }
.items { margin-top: 1rem; border-top: 1px solid var(--line); }
.item { border-bottom: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 5rem; }
.item summary { display: grid; grid-template-columns: 7.25rem minmax(0, 1fr) 1rem; gap: 0 1rem; padding: .9rem .25rem; cursor: pointer; list-style: none; }
.item summary::-webkit-details-marker { display: none; }
.item summary:hover { background: var(--sunk); }
.item summary::after { content: ""; width: .5rem; height: .5rem; margin-top: .4rem; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg); }
.item[open] summary::after { transform: translateY(.2rem) rotate(225deg); }
.sev { display: inline-flex; gap: .5rem; align-items: center; align-self: start; line-height: 1.55; font-size: .875rem; }
.sev::before { content: ""; flex: none; width: .65rem; height: .65rem; border-radius: 50%; background: var(--none); }
.s-critical::before { background: var(--critical); } .s-high::before { background: var(--high); } .s-medium::before { background: var(--medium); } .s-low::before { background: var(--low); }
.s-unknown::before { background: none; border: 2px solid var(--none); }
.mark { padding: 0 .45rem; font-size: .75rem; line-height: 1.5; color: var(--bad); background: var(--bad-sunk); border-radius: 999px; }
.sev:has(.mark) { flex-wrap: wrap; gap: .3rem .5rem; }
.say { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.item[open] .say { display: block; }
.of { margin-top: .15rem; color: var(--soft); font-size: .84rem; }
.of code { font-size: .95em; }
.of > * + *::before { content: "·"; margin: 0 .45rem; opacity: .6; }
.more { display: grid; grid-template-columns: minmax(0, 1fr); gap: .9rem; padding: .15rem .25rem 1.4rem 8.5rem; }
.more h3 { margin: 0 0 .15rem; color: var(--soft); font-size: .8rem; font-weight: 500; }
.more ul { margin: 0; padding: 0; list-style: none; }
.fix { padding: .75rem 1rem; background: var(--accent-sunk); border-radius: .6rem; }
.fix h3 { color: var(--accent); }
.shell { position: relative; margin-top: .5rem; }
.shell pre, .drawing { margin: 0; padding: .7rem 1rem; overflow-x: auto; background: var(--sunk); border: 1px solid var(--line); border-radius: .6rem; overflow-wrap: normal; }
.fix .shell pre { background: var(--card); }
.shell button { position: absolute; top: .4rem; right: .4rem; padding: .1rem .6rem; font-size: .78rem; }
.shell button:not([hidden]) + pre { padding-right: 4.75rem; }
.tags { display: flex; flex-wrap: wrap; gap: .35rem; }
.tags li { padding: .05rem .55rem; font-size: .8rem; background: var(--sunk); border-radius: 999px; }
.left { margin-top: 1rem; color: var(--soft); }
footer { margin-top: 4rem; padding-top: 1.25rem; padding-bottom: 3rem; color: var(--soft); font-size: .84rem; }
@media (max-width: 40rem) {
  main, header, footer { padding-left: 1rem; padding-right: 1rem; }
  header { padding-top: 1.75rem; }
  .facts { grid-template-columns: 1fr 1fr; gap: .9rem 1rem; }
  .tools { margin-left: -1rem; margin-right: -1rem; padding: .6rem 1rem; }
  .tools .chips { flex-wrap: nowrap; overflow-x: auto; padding: 2px; margin: -2px; }
  .tools button { flex: none; }
  input[type=search] { flex-basis: 100%; font-size: 16px; }
  section { margin-top: 2.25rem; }
  .item summary { grid-template-columns: minmax(0, 1fr) 1rem; gap: .25rem .75rem; }
  .item summary .sev { grid-column: 1; }
  .item summary .what { grid-column: 1; }
  .item summary::after { grid-column: 2; grid-row: 1; }
  .more { padding-left: .25rem; }
  .steps li { padding-left: 2.75rem; }
}
@media print {
  .tools, .shell button { display: none; }
  .item { content-visibility: visible; break-inside: avoid; }
  body { background: #fff; }
}
`;
