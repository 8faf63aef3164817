(function(){"use strict";
var zh=document.documentElement.lang.slice(0,2)==="zh";
function key(cell){var t=cell?(cell.dataset.key||cell.textContent).trim():"";if(t===""||t==="—")return null;
var n=t.replace(/,/g,"").replace(/^[<>] /,"").replace(/−/g,"-").match(/^[+]?(-?\d+(?:\.\d+)?)(?=\s|%|$)/);return n?+n[1]:t}
function less(a,b){if(typeof a==="number"&&typeof b==="number")return a-b;return String(a).localeCompare(String(b),document.documentElement.lang,{numeric:true})}
function sort(table,col,up){var body=table.tBodies[0],rows=[].slice.call(body.rows),keys=rows.map(function(r){return key(r.cells[col])});
var order=rows.map(function(_,i){return i}).sort(function(a,b){if(keys[a]===null||keys[b]===null)return(keys[a]===null)-(keys[b]===null)||a-b;return(up?1:-1)*less(keys[a],keys[b])||a-b});
order.forEach(function(i){body.appendChild(rows[i])})}
function sortable(table){var heads=[].slice.call(table.tHead.rows[0].cells);
heads.forEach(function(th,col){var button=document.createElement("button");button.type="button";
while(th.firstChild)button.appendChild(th.firstChild);th.appendChild(button);
button.addEventListener("click",function(){var was=th.getAttribute("aria-sort"),figures=col>0&&getComputedStyle(th).textAlign==="right";
var up=was?was==="descending":!figures;heads.forEach(function(h){h.removeAttribute("aria-sort")});
th.setAttribute("aria-sort",up?"ascending":"descending");sort(table,col,up);if(table.refold)table.refold()})})}
function foldable(table){var box=table.closest(".scroll"),fold=+table.dataset.fold||15,open=false,kept=false,rows=function(){return[].slice.call(table.tBodies[0].rows)};
var tools=document.createElement("div"),label=document.createElement("label"),input=document.createElement("input"),count=document.createElement("span"),more=document.createElement("button");
tools.className="tools";label.textContent=zh?"查找 ":"Find ";input.type="search";count.setAttribute("role","status");label.appendChild(input);tools.appendChild(label);tools.appendChild(count);
more.type="button";more.className="more-rows";box.parentNode.insertBefore(tools,box);box.parentNode.insertBefore(more,box.nextSibling);
table.refold=function(){var want=input.value.trim().toLowerCase(),all=rows(),hits=all.filter(function(r){return!want||r.textContent.replace(/\s/g," ").toLowerCase().indexOf(want)>=0});
all.forEach(function(r){r.hidden=true});hits.forEach(function(r,i){r.hidden=!open&&!want&&i>=fold});
count.textContent=want?(zh?"找到 "+hits.length+" 行":hits.length+" rows found"):(zh?"共 "+all.length+" 行":all.length+" rows");
more.hidden=!!want||all.length<=fold;more.textContent=open?(zh?"收起":"Show fewer"):(zh?"显示其余 "+(all.length-fold)+" 行":"Show "+(all.length-fold)+" more rows")};
input.addEventListener("input",table.refold);more.addEventListener("click",function(){open=!open;table.refold()});
addEventListener("beforeprint",function(){kept=open;open=true;table.refold()});addEventListener("afterprint",function(){open=kept;table.refold()});table.refold()}
function scrollable(box,names){var named=box.querySelector("caption"),wide=box.scrollWidth>box.clientWidth+1,name=named?named.textContent:zh?"表格":"Table";
if(wide){names[name]=(names[name]||0)+1;box.setAttribute("role","region");box.tabIndex=0;box.setAttribute("aria-label",names[name]>1?name+" "+names[name]:name)}
else{box.removeAttribute("role");box.removeAttribute("tabindex");box.removeAttribute("aria-label")}}
function scrollables(){var names={};[].forEach.call(document.querySelectorAll(".scroll"),function(box){scrollable(box,names)})}
scrollables();addEventListener("resize",scrollables);addEventListener("load",scrollables);document.addEventListener("toggle",scrollables,true);
[].forEach.call(document.querySelectorAll("table.sort"),sortable);
[].forEach.call(document.querySelectorAll("table.long"),foldable);
})();
