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
button.addEventListener("click",function(){var was=th.getAttribute("aria-sort"),figures=!th.classList.contains("l")&&col>0;
var up=was?was==="descending":!figures;heads.forEach(function(h){h.removeAttribute("aria-sort")});
th.setAttribute("aria-sort",up?"ascending":"descending");sort(table,col,up);if(table.refold)table.refold()})})}
function foldable(table){var box=table.closest(".scroll"),fold=+table.dataset.fold||15,open=false,rows=function(){return[].slice.call(table.tBodies[0].rows)};
var tools=document.createElement("div"),label=document.createElement("label"),input=document.createElement("input"),count=document.createElement("span"),more=document.createElement("button");
tools.className="tools";label.textContent=zh?"查找 ":"Find ";input.type="search";count.setAttribute("role","status");label.appendChild(input);tools.appendChild(label);tools.appendChild(count);
more.type="button";more.className="more-rows";box.parentNode.insertBefore(tools,box);box.parentNode.insertBefore(more,box.nextSibling);
table.refold=function(){var want=input.value.trim().toLowerCase(),all=rows(),hits=all.filter(function(r){return!want||r.textContent.toLowerCase().indexOf(want)>=0});
all.forEach(function(r){r.hidden=true});hits.forEach(function(r,i){r.hidden=!open&&!want&&i>=fold});
count.textContent=want?(zh?"找到 "+hits.length+" 行":hits.length+" rows found"):(zh?"共 "+all.length+" 行":all.length+" rows");
more.hidden=!!want||all.length<=fold;more.textContent=open?(zh?"收起":"Show fewer"):(zh?"显示其余 "+(all.length-fold)+" 行":"Show "+(all.length-fold)+" more rows")};
input.addEventListener("input",table.refold);more.addEventListener("click",function(){open=!open;table.refold()});table.refold()}
function findable(main){var box=document.createElement("div"),label=document.createElement("label"),input=document.createElement("input"),count=document.createElement("span");
box.className="tools";label.textContent=main.dataset.find+" ";input.type="search";count.setAttribute("role","status");label.appendChild(input);box.appendChild(label);box.appendChild(count);
main.insertBefore(box,main.children[1]||null);
input.addEventListener("input",function(){var want=input.value.trim().toLowerCase(),hits=0;
[].forEach.call(main.querySelectorAll("section.unit"),function(unit){var name=unit.querySelector("h2").textContent.toLowerCase(),left=0;
[].forEach.call(unit.querySelectorAll("tr.entry"),function(row){row.hidden=(name+" "+row.textContent.toLowerCase()).indexOf(want)<0;if(!row.hidden)left++});
unit.hidden=!left;hits+=left});
count.textContent=want?(zh?"找到 "+hits+" 行":hits+" rows found"):""})}
function pairable(box){var names=box.dataset.versions.split(" "),made=JSON.parse(box.dataset.made),shown=box.querySelector("code"),link=document.createElement("a"),hint=document.createElement("small"),tools=document.createElement("div"),picks=[];
tools.className="tools";["old","new"].forEach(function(side,at){var label=document.createElement("label"),pick=document.createElement("select");
label.textContent=(zh?{old:"旧 ","new":"新 "}:{old:"Old ","new":"New "})[side];
names.forEach(function(name,i){var option=document.createElement("option");option.value=option.textContent=name;option.selected=i===(at?0:1);pick.appendChild(option)});
label.appendChild(pick);tools.appendChild(label);picks.push(pick)});
box.insertBefore(tools,shown);box.insertBefore(link,shown);box.insertBefore(hint,shown);hint.setAttribute("role","status");
function show(){var a=picks[0].value,b=picks[1].value,page=made[a+"-"+b];link.hidden=!page;shown.hidden=!!page||a===b;
link.textContent=a+" → "+b;if(page)link.href=page;else link.removeAttribute("href");
hint.textContent=a===b?(zh?"选两个不同的版本":"Choose two different versions"):page?"":zh?"运行下面的命令生成比较页，再刷新本页：":"Run this to make the page, then reload:";
shown.textContent=box.dataset.command.replace("OLD",a).replace("NEW",b)}
picks.forEach(function(pick){pick.addEventListener("change",show)});show()}
function scrollable(box,names){var named=box.querySelector("caption"),wide=box.scrollWidth>box.clientWidth+1,name=named?named.textContent:zh?"表格":"Table";
if(wide){names[name]=(names[name]||0)+1;box.setAttribute("role","region");box.tabIndex=0;box.setAttribute("aria-label",names[name]>1?name+" "+names[name]:name)}
else{box.removeAttribute("role");box.removeAttribute("tabindex");box.removeAttribute("aria-label")}}
function scrollables(){var names={};[].forEach.call(document.querySelectorAll(".scroll"),function(box){scrollable(box,names)})}
scrollables();addEventListener("resize",scrollables);addEventListener("load",scrollables);document.addEventListener("toggle",scrollables,true);
[].forEach.call(document.querySelectorAll("details.pairs"),pairable);
[].forEach.call(document.querySelectorAll("main[data-find]"),findable);
[].forEach.call(document.querySelectorAll("table.sort"),sortable);
[].forEach.call(document.querySelectorAll("table.long"),foldable);
})();
