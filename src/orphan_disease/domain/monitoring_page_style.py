"""The look of the monitoring page: readable at arm's length, on paper, and by readers who see no colour."""

from typing import Final

__all__ = ["STYLE"]

STYLE: Final = """
:root { color-scheme: light; --ink: #1f2933; --soft: #52606d; --line: #d9dee4; --paper: #ffffff; --back: #f4f6f8; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
font: 16px/1.5 "Segoe UI", system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
header { padding: 1.1rem 1.4rem; border-radius: 10px; border-left: 12px solid; background: var(--paper); }
header h1 { margin: 0; font-size: 2rem; line-height: 1.2; } header p { margin: .25rem 0 0; }
header .month { margin: 0; font-size: 1.1rem; }
header.ok { border-color: #00795a; } header.watch { border-color: #9a6700; } header.retrain { border-color: #b54708; }
header.rollback { border-color: #a3163c; } header.not_enough_labels { border-color: #52606d; }
.en { color: var(--soft); font-weight: 400; } h1 .en { font-size: 1.3rem; } h2 .en { font-size: 1rem; }
h2 { margin: 2rem 0 .6rem; font-size: 1.3rem; }
.simulated { margin: .8rem 0 0; padding: .5rem .9rem; border: 2px dashed #9a6700; border-radius: 8px;
background: #fff8e6; }
.summary { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin-top: 1rem; }
.summary section { background: var(--paper); border-radius: 10px; padding: .9rem 1.2rem; }
.summary h2 { margin: 0 0 .3rem; font-size: 1.1rem; }
.summary ul { margin: .4rem 0 0; padding-left: 1.1rem; } .advice { margin: 0; font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(5, 1fr); gap: .8rem; list-style: none; margin: 1rem 0 0;
padding: 0; }
.tiles li { display: flex; flex-direction: column; background: var(--paper); border-radius: 10px;
padding: .8rem .9rem; }
.tiles .value { font-size: 1.9rem; font-weight: 700; line-height: 1.1; } .tiles .interval { color: var(--soft); }
.tiles .name { margin: .3rem 0; font-size: .9rem; line-height: 1.35; }
.tiles .limits { margin-top: auto; color: var(--soft); font-size: .82rem; }
.tiles .crossed { outline: 3px solid #b54708; } .beyond { color: #8a3200; font-size: .85rem; font-weight: 600; }
figure { margin: 0 0 .9rem; padding: .7rem .9rem; background: var(--paper); border-radius: 10px; }
figcaption { font-size: .95rem; margin-bottom: .2rem; } svg { display: block; width: 100%; height: auto; }
svg text { font: 12.5px "Segoe UI", system-ui, "DejaVu Sans", sans-serif; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem; } .pair figure { margin: 0; }
.scroll { overflow-x: auto; background: var(--paper); border-radius: 10px; padding: .4rem .9rem;
margin-bottom: .9rem; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; }
caption { text-align: left; padding: .3rem 0; color: var(--soft); }
th, td { text-align: right; padding: .35rem .4rem; border-bottom: 1px solid var(--line);
font-variant-numeric: tabular-nums; vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
thead th { border-bottom: 2px solid var(--ink); line-height: 1.25; } tbody th { font-weight: 500; }
.i { display: block; color: var(--soft); font-size: .82rem; white-space: nowrap; }
code { background: var(--back); padding: .05rem .3rem; border-radius: 4px; overflow-wrap: anywhere; }
footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 760px) { .summary, .pair { grid-template-columns: 1fr; }
.tiles { grid-template-columns: 1fr 1fr; } }
@media print { body { background: #fff; } main { max-width: none; padding: 0; }
figure, .scroll { break-inside: avoid; } }
"""
