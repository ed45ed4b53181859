/** The page's one script: it filters and opens what is there already. Without it the page lacks only these controls. */
import { createHash } from "node:crypto";

/**
 * A filter never hides silently: what is in force is said beside the list, in print too, and how many findings stand outside the page.
 * A link to a finding that the filter hides ends the filter.
 */
export const SCRIPT = `
(function(){
var form=document.getElementById("filter"),table=document.getElementById("findings-table");
if(!form||!table)return;
var text=document.getElementById("filter-text"),out=document.getElementById("filter-count"),
all=document.getElementById("open-all"),rest=Number(table.getAttribute("data-rest")),
rows=[].slice.call(table.querySelectorAll("tbody.finding")),hay;
function count(n){return String(n).replace(/\\B(?=(?:\\d{3})+$)/g,",")}
function ticked(name){return [].slice.call(form.querySelectorAll("input[name="+name+"]:checked")).map(function(b){return b.value})}
function within(list,value){return list.length===0||list.indexOf(value)>=0}
function apply(){
var words=text.value.toLowerCase().split(/\\s+/).filter(Boolean),verdicts=ticked("verdict"),levels=ticked("level"),n=0;
if(words.length&&!hay)hay=rows.map(function(r){return r.textContent.toLowerCase()});
rows.forEach(function(r,i){
var show=within(verdicts,r.getAttribute("data-verdict"))&&within(levels,r.getAttribute("data-level"))&&
words.every(function(w){return hay[i].indexOf(w)>=0});
r.hidden=!show;if(show)n++});
var why=[];
if(words.length)why.push("text “"+words.join(" ")+"”");
if(verdicts.length)why.push("verdict "+verdicts.join(", "));
if(levels.length)why.push("level "+levels.join(", "));
out.textContent=why.length===0?"":count(n)+" of "+count(rows.length)+" findings shown: "+why.join("; ")+"."+
(rest>0?" "+count(rest)+" more are in findings.jsonl only, and were not looked at.":"")}
function label(open){all.setAttribute("aria-pressed",String(open));all.textContent=open?"Close all":"Open all"}
function set(open){rows.forEach(function(r){if(!r.hidden)r.querySelectorAll("details").forEach(function(d){d.open=open})});label(open)}
function reset(){form.reset();apply()}
function target(){
var row=rows.filter(function(r){return "#"+r.id===location.hash})[0];
if(!row)return;
if(row.hidden)reset();
row.querySelector("details").open=true;row.scrollIntoView()}
var opened=[];
window.addEventListener("beforeprint",function(){
opened=[].slice.call(document.querySelectorAll("details:not([open])"));
opened.forEach(function(d){d.open=true})});
window.addEventListener("afterprint",function(){opened.forEach(function(d){d.open=false});opened=[]});
window.addEventListener("hashchange",target);
all.addEventListener("click",function(){set(all.getAttribute("aria-pressed")!=="true")});
form.addEventListener("input",apply);
document.getElementById("show-all").addEventListener("click",reset);
form.addEventListener("submit",function(e){e.preventDefault()});
form.hidden=false;
apply();
target();
})();
`;

/** The page may run this one script and load nothing at all. */
export function contentSecurityPolicy(): string {
  const hash = createHash("sha256").update(SCRIPT).digest("base64");
  return (
    `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:; ` +
    "base-uri 'none'; form-action 'none'"
  );
}
