(function(){"use strict";
var zh=document.documentElement.lang.slice(0,2)==="zh";
function findable(main){var box=document.createElement("div"),label=document.createElement("label"),input=document.createElement("input"),count=document.createElement("span");
box.className="tools";label.textContent=main.dataset.find+" ";input.type="search";count.setAttribute("role","status");label.appendChild(input);box.appendChild(label);box.appendChild(count);
main.insertBefore(box,main.children[1]||null);
input.addEventListener("input",function(){var want=input.value.trim().toLowerCase(),hits=0;
[].forEach.call(main.querySelectorAll("section.unit"),function(unit){var name=unit.querySelector("h2").textContent.toLowerCase(),left=0;
[].forEach.call(unit.querySelectorAll("tr.entry"),function(row){row.hidden=(name+" "+row.textContent.toLowerCase()).indexOf(want)<0;if(!row.hidden)left++});
unit.hidden=!left;hits+=left});
count.textContent=want?(zh?"找到 "+hits+" 行":hits+" rows found"):""})}
function others(box){var shape=function(b){return b.dataset.period.replace(/\d/g,"0")},found=[];
[].forEach.call(box.closest("section").querySelectorAll("details.pairs"),function(b){if(b!==box&&shape(b)===shape(box))b.dataset.versions.split(" ").forEach(function(v){found.push(b.dataset.period+"/"+v)})});return found}
function pairable(box){var own=box.dataset.versions.split(" "),older=own.concat(others(box)),made=JSON.parse(box.dataset.made),shown=box.querySelector("code"),link=document.createElement("a"),hint=document.createElement("small"),tools=document.createElement("div"),picks=[];
tools.className="tools";["old","new"].forEach(function(side,at){var label=document.createElement("label"),pick=document.createElement("select");
label.textContent=(zh?{old:"旧 ","new":"新 "}:{old:"Old ","new":"New "})[side];
(at?own:older).forEach(function(name,i){var option=document.createElement("option");option.value=option.textContent=name;option.selected=i===(at?0:1);pick.appendChild(option)});
label.appendChild(pick);tools.appendChild(label);picks.push(pick)});
box.insertBefore(tools,shown);box.insertBefore(link,shown);box.insertBefore(hint,shown);hint.setAttribute("role","status");
function show(){var a=picks[0].value,b=picks[1].value,page=made[a+"-"+b];link.hidden=!page;shown.hidden=!!page||a===b;
link.textContent=a+" → "+b;if(page)link.href=page;else link.removeAttribute("href");
hint.textContent=a===b?(zh?"选两个不同的版本":"Choose two different versions"):page?"":zh?"运行下面的命令生成比较页，再刷新本页：":"Run this to make the page, then reload:";
shown.textContent=box.dataset.command.replace("OLD",a).replace("NEW",b)}
picks.forEach(function(pick){pick.addEventListener("change",show)});show()}
[].forEach.call(document.querySelectorAll("details.pairs"),pairable);
[].forEach.call(document.querySelectorAll("main[data-find]"),findable);
})();
