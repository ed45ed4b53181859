/** The page's style sheet. Nothing is loaded from anywhere. */

export const STYLE = `
:root{color-scheme:light dark;
--bg:#f4f6f8;--card:#fff;--sunk:#f7f9fb;--ink:#18202b;--soft:#566173;--line:#e1e6ec;--accent:#2b5c99;
--critical:#b42318;--high:#b54708;--medium:#8a6100;--low:#2560a5;--info:#5d6878;--good:#1c7a4a;
--critical-bg:#fdeceb;--high-bg:#fef1e3;--medium-bg:#fdf6dc;--low-bg:#e9f1fb;--info-bg:#eef1f4;--good-bg:#e5f5ec;
--v-own-asset:#7a1650;--v-callout:#c4281c;--v-callout-attempt:#d97012;--v-access:#b8418a;--v-contact:#c9a00f;
--v-resolution:#7c9a32;--v-probe:#5b8fcd;--v-probe-blocked:#a5b3c5;--v-mention:#cdd5de}
@media screen and (prefers-color-scheme:dark){:root{
--bg:#0f1419;--card:#171d25;--sunk:#12181f;--ink:#e4e9f0;--soft:#9ba8b9;--line:#2a333f;--accent:#8ab8f0;
--critical:#ff9289;--high:#ffb070;--medium:#ecc95e;--low:#8dbcf3;--info:#a7b2c0;--good:#72d3a0;
--critical-bg:#3a1a1a;--high-bg:#38240f;--medium-bg:#332b10;--low-bg:#16293f;--info-bg:#232b35;--good-bg:#14301f;
--v-own-asset:#d668a8;--v-callout:#ef5b4f;--v-callout-attempt:#ee943f;--v-access:#d873b4;--v-contact:#dcb832;
--v-resolution:#9dbb53;--v-probe:#5f93d1;--v-probe-blocked:#64748a;--v-mention:#465364}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main,.top,footer{max-width:1200px;margin:0 auto;padding:0 24px}
.top{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;justify-content:space-between;padding-top:28px;color:var(--soft)}
.top strong{color:var(--ink);font-size:17px;letter-spacing:.01em}
h1{font-size:26px;line-height:1.3;margin:6px 0 0;font-weight:650;letter-spacing:-.01em;max-width:34em;text-wrap:balance}
h2{font-size:18px;line-height:1.3;margin:0 0 4px;font-weight:650}
h3{font-size:15px;margin:24px 0 8px;font-weight:650}
p{margin:0 0 10px}
.hint{color:var(--soft);margin-bottom:16px;max-width:66em}
section{margin:28px 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:22px 24px}
.answer{box-shadow:inset 6px 0 0 var(--tone);margin-top:16px;padding:24px 30px}
.answer .kind{color:var(--tone);font-weight:650;font-size:13px;letter-spacing:.06em;text-transform:uppercase}
.answer .standing{margin:14px 0 0;font-size:16px}
.answer .read{margin:6px 0 0;color:var(--soft)}
.limits{margin:16px 0 0;padding:12px 16px 12px 34px;background:var(--medium-bg);border-radius:8px}
.limits li+li{margin-top:4px}
.tone-critical{--tone:var(--critical)}.tone-high{--tone:var(--high)}.tone-medium{--tone:var(--medium)}
.tone-low{--tone:var(--low)}.tone-info{--tone:var(--info)}.tone-good{--tone:var(--good)}
.ladder{display:grid;grid-template-columns:repeat(9,1fr);gap:1px;background:var(--line);border:1px solid var(--line);
border-radius:10px;overflow:hidden;list-style:none;margin:0;padding:0}
.ladder li{background:var(--card);padding:14px 12px 12px;border-top:3px solid var(--tone)}
.ladder b{display:block;font-size:24px;line-height:1.15;font-weight:650}
.ladder span{display:block;font-size:13px;color:var(--soft);line-height:1.35;margin-top:2px}
.ladder .zero{border-top-color:transparent}
.ladder .zero b{color:var(--soft);font-weight:400}
.facts{display:flex;flex-wrap:wrap;justify-content:space-between;gap:14px 28px;margin:18px 2px 0}
dt{color:var(--soft);font-size:13px}
dd{margin:0;overflow-wrap:anywhere}
.facts dd{font-size:16px;font-weight:550}
.plain{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:8px 24px;margin:0}
.scroll{overflow-x:auto;border-radius:8px}
.skip{position:absolute;left:24px;top:0;padding:6px 12px;background:var(--card);transform:translateY(-120%)}
.skip:focus{transform:none}
a{color:var(--accent)}
.contents{max-width:1200px;margin:6px auto 0;padding:0 24px;font-size:13px}
.contents ul{display:flex;flex-wrap:wrap;gap:2px 18px;list-style:none;margin:0;padding:0}
.contents a{display:inline-block;padding:3px 0;text-decoration:none}.contents a:hover{text-decoration:underline}
main:focus{outline:0}
a:focus-visible,.scroll:focus-visible,summary:focus-visible,input:focus-visible,button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 12px;padding:0;font-size:13px;color:var(--soft)}
.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px;vertical-align:-1px;background:var(--tone)}
.timeline svg{display:block;width:100%;min-width:760px;height:auto}
.timeline text{font-size:12px;fill:var(--soft)}
.legend i.solid,.legend i.dashed,.legend i.dotted{width:24px;height:0;border-radius:0;background:none;border-top:3px solid var(--tone);vertical-align:4px}
.legend i.dashed{border-top-style:dashed}.legend i.dotted{border-top-style:dotted}
.touch{--v-contact:#a68208;--v-probe-blocked:#6f809a;--v-mention:#8893a1}
@media screen and (prefers-color-scheme:dark){.touch{--v-contact:#dcb832;--v-probe-blocked:#7d8ca3;--v-mention:#77859a}}
.touched text{fill:var(--ink)}.t-text.f,.t-line.f{fill:var(--soft)}
.words{margin-top:10px}.words ol{margin:8px 0 0;padding-left:2.4em;font-size:14px}.words li{overflow-wrap:anywhere}
.c-read.f{fill:var(--low)}.c-gap.f{fill:var(--critical)}.c-read,.c-gap{--tone:var(--low)}.c-gap{--tone:var(--critical)}
.t-line{stroke:var(--line)}
table{border-collapse:collapse;width:100%;font-size:14px}
caption{text-align:left;color:var(--soft);font-size:13px;padding:0 0 8px}
th,td{text-align:left;vertical-align:top;padding:10px 12px;border-top:1px solid var(--line)}
thead th{color:var(--soft);font-weight:550;font-size:13px;border-top:0;padding-top:6px;padding-bottom:6px;white-space:nowrap}
tbody th{font-weight:inherit}
td.n,th.n{text-align:right;white-space:nowrap}
td.when{white-space:nowrap}
th:first-child,td:first-child{padding-left:2px}
th:last-child,td:last-child{padding-right:2px}
.chip{display:inline-block;padding:2px 9px 3px;border-radius:999px;font-size:13px;font-weight:600;white-space:nowrap;
color:var(--tone);background:var(--tone-bg)}
.chip.tone-critical{--tone-bg:var(--critical-bg)}.chip.tone-high{--tone-bg:var(--high-bg)}
.chip.tone-medium{--tone-bg:var(--medium-bg)}.chip.tone-low{--tone-bg:var(--low-bg)}.chip.tone-info{--tone-bg:var(--info-bg)}
.level{display:block;font-size:12px;color:var(--soft);margin:3px 0 0 9px}
.sub{display:block;color:var(--soft);font-size:13px}
.mono,code,pre{font-family:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.93em}
.mono,.value{unicode-bidi:isolate}
.value{overflow-wrap:anywhere;font-weight:600}
#findings-table tbody th,#findings-table tbody td:nth-child(3){min-width:11.5em}
.more td{border-top:0;padding:0 2px 12px}
details{border-radius:8px}
summary{cursor:pointer;color:var(--soft);font-size:14px;padding:2px 6px;margin-left:-6px;border-radius:6px}
summary:hover{color:var(--ink)}
details[open]>summary{color:var(--ink)}
.inside{background:var(--sunk);border:1px solid var(--line);border-radius:8px;padding:14px 18px;margin:8px 0 2px}
.inside h3{margin:0 0 4px;font-size:13px;color:var(--soft);font-weight:550}
.inside h3:not(:first-child){margin-top:14px}
.inside .next{margin-top:14px}.inside ul,.inside ol{margin:0;padding-left:20px}
.lines{list-style:none;padding:0!important}
.lines li+li{margin-top:12px}
.lines .at{font-size:13px;color:var(--soft);overflow-wrap:anywhere}
pre{margin:4px 0 0;padding:9px 12px;background:var(--card);border:1px solid var(--line);border-radius:6px;
white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.45;unicode-bidi:isolate;direction:ltr}
.ctl{color:var(--critical);background:var(--critical-bg);border-radius:3px;padding:0 2px}
.cut{color:var(--soft);font-style:italic}
.bad{color:var(--critical);font-weight:550}
.ok{color:var(--good)}
.errors{list-style:none;margin:4px 0 0;padding:0;font-size:13px;color:var(--soft)}
.path{overflow-wrap:anywhere;min-width:15em}
.state{white-space:nowrap}
.wide{min-width:860px}.mid{min-width:560px}
.id{margin:12px 0 0}
.filter{margin:0 0 10px;padding:14px 16px;background:var(--sunk);border:1px solid var(--line);border-radius:8px;font-size:14px}
.filter[hidden]{display:none}
.filter p{margin:0}
.find{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center}
.filter input[type=search]{font:inherit;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:7px;
padding:6px 10px;width:22em;max-width:100%}
.filter fieldset{position:relative;display:flex;flex-wrap:wrap;gap:4px 18px;border:0;margin:10px 0 0;padding:0 0 0 5em;min-width:0}
.filter legend{position:absolute;left:0;padding:0;color:var(--soft)}
.filter label{white-space:nowrap}
.filter input[type=checkbox]{accent-color:var(--accent);margin:0 2px 0 0;vertical-align:-1px}
.filter button{font:inherit;font-size:14px;color:var(--accent);background:var(--card);border:1px solid var(--line);border-radius:7px;padding:5px 12px;cursor:pointer}
.filter .of{color:var(--soft);font-size:13px}
.filter .hint{margin-top:10px;font-size:13px}
.count{color:var(--ink);font-weight:550;margin:0 0 10px;overflow-wrap:anywhere}.count:empty{margin:0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{color:var(--soft);font-size:13px;padding-bottom:40px}
@media (max-width:980px){.ladder{grid-template-columns:repeat(3,1fr)}}
@media (max-width:640px){main,.top,footer{padding-left:14px;padding-right:14px}.card{padding:16px}h1{font-size:21px}
.plain{grid-template-columns:1fr;gap:0}.plain dd{margin-bottom:10px}
.facts{display:grid;grid-template-columns:1fr 1fr}.inside{padding:12px}
#findings-table thead{display:none}#findings-table,#findings-table tbody,#findings-table tr,#findings-table td,#findings-table th{display:block}
#findings-table tbody[hidden]{display:none}#findings-table tbody{border-top:1px solid var(--line);padding:10px 0}
#findings-table td,#findings-table th{border:0;padding:2px 0;text-align:left;white-space:normal}
#findings-table td.n::after{content:" sightings"}.level{display:inline;margin:0 0 0 6px}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--sunk:#fff;--ink:#000;--soft:#444;--line:#bbb}
body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main,.top,footer{max-width:none;padding-left:0;padding-right:0}
.card{border-radius:0;padding:12px 0;border-width:1px 0 0}.answer{border-left:5px solid var(--tone);box-shadow:none;padding-left:16px}
.filter,.filter:not([hidden]),.contents,.skip,.words{display:none}details::details-content{content-visibility:visible}.scroll{overflow:visible}.timeline svg,.wide,.mid{min-width:0}.ladder{grid-template-columns:repeat(9,1fr)}.ladder li{padding:6px}.ladder b{font-size:14pt}.ladder span{font-size:7.5pt}
h1{font-size:18pt}.answer .standing{font-size:11pt}.facts{gap:6px 18px}.facts dd{font-size:10.5pt}section{margin:16px 0}
.hint,.legend{break-after:avoid}.top{padding-top:0}.next.again,details[open]>summary{display:none}
.inside{margin:0;padding:2px 0 4px 12px;border-width:0 0 0 2px;border-radius:0}.inside h3,.inside h3:not(:first-child),.inside .next{margin-top:6px}
td.when,.state,thead th{white-space:normal}.path{min-width:11em}th,td{padding-left:6px;padding-right:6px}.chip{padding-left:6px;padding-right:6px}.lines li+li{margin-top:5px}pre{padding:3px 8px;margin-top:2px}th,td{padding-top:6px;padding-bottom:6px}.more td{padding-bottom:8px}
tr.more{break-inside:auto}
tr,.lines li,.ladder,.answer,.timeline{break-inside:avoid}tbody.finding tr:first-child{break-after:avoid}
h2,h3{break-after:avoid}thead{display:table-header-group}table{font-size:9pt}}
`;

/** Fill and swatch classes of the verdicts, for the picture and its legend. */
export function verdictRules(verdicts: readonly string[]): string {
  return verdicts
    .map(
      (v) =>
        `.v-${v}{--tone:var(--v-${v})}.timeline .v-${v}.f{fill:var(--v-${v})}.timeline path.v-${v}:not(.f){stroke:var(--v-${v})}`,
    )
    .join("\n");
}
