"""How a page looks, in light and in dark, on a screen and on paper."""

from __future__ import annotations

STYLE = """
:root{--paper:#fbfbf9;--ink:#1c2024;--soft:#5c6670;--rule:#dcdfe3;--card:#fff;--before:#c77d2e;--after:#2f6fb0;
--good:#2e8b57;--bad:#c0453a;--open:#b9bec4;--link:#1f5fa8}
@media(prefers-color-scheme:dark){:root{--paper:#15181b;--ink:#e4e7ea;--soft:#9aa4ae;--rule:#30363c;--card:#1c2024;
--before:#d9954a;--after:#5f9fdc;--good:#3fa56d;--bad:#d9655a;--open:#565e66;--link:#7fb3ea}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:2rem 1.5rem 4rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.35rem;margin:2.6rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--rule)}
h3{font-size:1rem;margin:1.4rem 0 .5rem;font-family:ui-monospace,"DejaVu Sans Mono",monospace}
h4{font-size:.8rem;margin:0 0 .3rem;color:var(--soft);font-weight:600}
header p{color:var(--soft);margin:.2rem 0 1rem}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;font-size:.9rem}
a{color:var(--link)}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;min-width:45%;font-size:.86rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:0 0 .4rem;font-size:.86rem}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top;
overflow-wrap:break-word}
th{font-weight:600;color:var(--soft);vertical-align:bottom}
.right{text-align:right}td.right{white-space:nowrap}
figure{margin:1.2rem 0;padding:1rem;background:var(--card);border:1px solid var(--rule);border-radius:6px}
figcaption{font-weight:600;margin-bottom:.6rem}
svg{width:100%;height:auto;display:block;max-width:60rem}
svg text{fill:var(--ink);font-size:12px;font-family:inherit}
svg .small{font-size:11px;fill:var(--soft)}
svg .middle{text-anchor:middle}svg .end{text-anchor:end}
.axis{stroke:var(--soft)}.grid{stroke:var(--rule)}
.before{fill:var(--before)}.after{fill:var(--after)}
.refined{fill:var(--good)}.missing{fill:var(--before)}.lost{fill:var(--bad)}.open{fill:var(--open)}.moved{fill:var(--after)}
.heat{stroke:var(--rule)}.none{fill:transparent}
.good1,.good2,.good3,.good4{fill:var(--good)}.bad1,.bad2,.bad3,.bad4{fill:var(--bad)}
.good1,.bad1{fill-opacity:.14}.good2,.bad2{fill-opacity:.26}.good3,.bad3{fill-opacity:.4}.good4,.bad4{fill-opacity:.56}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.8rem}
.text{white-space:pre-wrap;unicode-bidi:plaintext;overflow-wrap:anywhere;font-size:.86rem;padding:.7rem;
background:var(--card);border:1px solid var(--rule);border-radius:4px;max-height:24rem;overflow-y:auto}
@media(max-width:44rem){.pair{grid-template-columns:1fr}body{padding:1rem}}
@media print{body{max-width:none}.text{max-height:none}figure,article{break-inside:avoid}}
""".strip()
