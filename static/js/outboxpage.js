// /outbox: every item of this person by itself, with its state, the server's own sentence, and what can be done.
import * as box from "./box.js";
import { said } from "./kept.js";
import { CHANGED, sendAll } from "./send.js";

const SCANNED = "时间按屏幕上那个码算。急的话请主持人当场补签，一样算数。";
const MINUTE = 60000, CALM = 200;

const list = () => document.querySelector("[data-outbox-list]");

function age(at) {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(at)) / MINUTE));
  if (minutes < 1) return "刚刚";
  if (minutes < 60) return `${minutes} 分钟前`;
  return minutes < 1440 ? `${Math.floor(minutes / 60)} 小时前` : `${Math.floor(minutes / 1440)} 天前`;
}

function facts(item) {
  const photos = item.files.length && `${item.files.length} 张照片，${Math.ceil(box.bytesOf(item) / 1024)} KB`;
  const then = item.storedAt ? `${said(item.storedAt)} 交上去` : age(item.at);
  return [`${item.isScan ? "扫于" : "写于"} ${said(item.at)}`, then, photos].filter(Boolean).join(" · ");
}

function saveAsFile(item) {
  const files = item.files.map(({ name, file, type, bytes }) => ({ name, file, type, base64: base64(bytes) }));
  const url = URL.createObjectURL(new Blob([JSON.stringify({ ...item, files }, null, 1)], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `luhuo-${item.at.slice(0, 10)}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), MINUTE);
}

function base64(bytes) {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}

async function again(item) {
  const key = box.uuid();
  const fields = item.fields.map(([name, value]) => [name, name === "key" ? key : value]);
  await box.put({ ...item, key, fields, state: "waiting", words: undefined, to: undefined, differs: undefined });
  await box.remove(item.key);
}

async function retry(item) {
  await box.put({ ...item, state: "waiting", words: undefined });
}

const change = (item) => location.assign(`${item.page}#again-${item.key}`);
const ACTS = { again, retry, change, save: saveAsFile, drop: (item) => box.remove(item.key) };

const offers = (button, item) => button.dataset.for.split(" ").includes(item.state) && (button.dataset.act !== "change" || item.page);

// What is stored beside what lies here, of whatever differs.
function showBoth(table, differs) {
  if (!differs?.length) return table.remove();
  for (const [label, ...both] of differs) {
    const line = table.tBodies[0].insertRow(), head = document.createElement("th");
    head.scope = "row";
    head.textContent = label;
    line.append(head);
    for (const words of both) line.insertCell().textContent = words || "没写";
  }
}

function row(item) {
  const part = document.getElementById("outbox-item").content.cloneNode(true);
  const say = (name, words) => (part.querySelector(`[data-${name}]`).textContent = words ?? "");
  say("label", item.label);
  say("line", item.line);
  say("facts", facts(item));
  part.querySelectorAll("[data-state]").forEach((tag) => tag.dataset.state === item.state || tag.remove());
  const words = item.words || (item.isScan && item.state === "waiting" && !item.line ? SCANNED : "");
  say("words", words);
  if (!words || item.state === "stored") part.querySelector(".banner").remove();
  else if (item.state === "waiting") part.querySelector(".banner").classList.remove("banner-late");
  showBoth(part.querySelector("table"), item.differs);
  part.querySelector("li").id = item.key;
  const link = part.querySelector("[data-to]");
  if (item.to) Object.assign(link, { href: item.to, textContent: item.state === "waiting" ? "去登录" : link.textContent });
  else link.remove();
  part.querySelectorAll("[data-act]").forEach((button) => {
    if (!offers(button, item)) return button.remove();
    button.addEventListener("click", async () => {
      if (button.dataset.sure && button.textContent !== button.dataset.sure) return void (button.textContent = button.dataset.sure);
      await ACTS[button.dataset.act](item);
      await refresh();
      sendAll();
    });
  });
  part.querySelectorAll("p").forEach((place) => place.textContent.trim() || place.remove());
  return part;
}

// What is shown is made anew only when something changed: a button that asks once more stays as it is.
let shown = "";

function showItems(items) {
  const now = items.map(({ key, state, words }) => [key, state, words].join(" ")).join("\n");
  if (now !== shown) list().replaceChildren(...items.map(row));
  else items.forEach((item, place) => (list().children[place].querySelector("[data-facts]").textContent = facts(item)));
  shown = now;
}

async function show() {
  const owner = await box.person();
  const own = owner ? await box.itemsOf(owner) : [];
  const of = (...states) => own.filter((item) => states.includes(item.state));
  const waiting = of("waiting"), back = of("returned", "conflict"), open = of("waiting", "returned", "conflict");
  showItems([...back, ...waiting, ...of("stored").reverse()]);
  const parts = {
    none: !own.length, open: waiting.length, back: back.length && !waiting.length, done: own.length && !open.length,
    old: open.length,
  };
  for (const [name, on] of Object.entries(parts)) document.getElementById(`outbox-${name}`).hidden = !on;
  document.getElementById("outbox-oldest").textContent = open.length ? `${age(open[0].at)}，${said(open[0].at)}` : "";
  const others = await box.countOfOthers(owner);
  document.getElementById("outbox-others").hidden = others === 0;
  document.getElementById("outbox-others-count").textContent = others;
}

const refresh = () => show().catch(() => (document.getElementById("outbox-lost").hidden = false));

// Hundreds that are sent one after the other are not shown anew for each.
let soon;
const refreshSoon = () => (soon ??= setTimeout(() => {
  soon = undefined;
  refresh();
}, CALM));

export function showOutbox() {
  document.addEventListener("DOMContentLoaded", () => {
    if (!list()) return;
    refresh();
    document.addEventListener(CHANGED, refreshSoon);
    setInterval(refresh, 5000);
  });
}
