// /outbox: every item of this person by itself, with its state, the server's own sentence, and what can be done.
import * as box from "./box.js";
import { CHANGED, sendAll } from "./send.js";

const MINUTE = 60000;

const list = () => document.querySelector("[data-outbox-list]");
const size = (item) => Math.ceil(item.files.reduce((sum, one) => sum + one.bytes.byteLength, 0) / 1024);

function age(at) {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(at)) / MINUTE));
  if (minutes < 1) return "刚刚";
  if (minutes < 60) return `${minutes} 分钟前`;
  return minutes < 1440 ? `${Math.floor(minutes / 60)} 小时前` : `${Math.floor(minutes / 1440)} 天前`;
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

const ACTS = { again, retry, save: saveAsFile, drop: (item) => box.remove(item.key) };

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
  say("facts", [age(item.at), item.files.length && `${item.files.length} 张照片，${size(item)} KB`].filter(Boolean).join(" · "));
  part.querySelectorAll("[data-state]").forEach((tag) => tag.dataset.state === item.state || tag.remove());
  say("words", item.words);
  if (!item.words || item.state === "stored") part.querySelector(".banner").remove();
  showBoth(part.querySelector("table"), item.differs);
  part.querySelector("li").id = item.key;
  const link = part.querySelector("[data-to]");
  if (item.to) link.href = item.to;
  else link.remove();
  part.querySelectorAll("[data-act]").forEach((button) => {
    if (!button.dataset.for.split(" ").includes(item.state)) return button.remove();
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

let drawn = "";

// Draw the list anew only when it says something new: whoever is about to tap finds the button where it was.
function draw(items) {
  const said = items.map((item) => [item.key, item.state, item.words, age(item.at)].join(" ")).join("\n");
  if (said !== drawn) list().replaceChildren(...items.map(row));
  drawn = said;
}

async function show() {
  const owner = await box.person();
  const own = owner ? await box.itemsOf(owner) : [];
  const open = own.filter((item) => item.state !== "stored");
  const waits = open.some((item) => item.state === "waiting");
  draw([...open, ...own.filter((item) => item.state === "stored").reverse()]);
  const shown = { "outbox-none": own.length === 0, "outbox-open": waits, "outbox-asks": open.length > 0 && !waits, "outbox-done": own.length > 0 && open.length === 0 };
  for (const [id, on] of Object.entries(shown)) document.getElementById(id).hidden = !on;
  document.getElementById("outbox-oldest").textContent = open.length ? age(open[0].at) : "";
  const others = await box.countOfOthers(owner);
  document.getElementById("outbox-others").hidden = others === 0;
  document.getElementById("outbox-others-count").textContent = others;
}

const refresh = () => show().catch(() => (document.getElementById("outbox-lost").hidden = false));

export function showOutbox() {
  document.addEventListener("DOMContentLoaded", () => {
    if (!list()) return;
    refresh();
    document.addEventListener(CHANGED, refresh);
    setInterval(refresh, 5000);
  });
}
