// /outbox: every item of this person by itself, with its state, the server's own sentence, and what can be done.
import * as box from "./box.js";
import { CHANGED, sendAll } from "./send.js";

const NAMES = { waiting: "待发", stored: "已收", returned: "退回", conflict: "两份不一样" };
const TONES = { waiting: "due", stored: "ok", returned: "late", conflict: "late" };
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
  await box.put({ ...item, key, fields, state: "waiting", words: undefined, to: undefined, stored: undefined });
  await box.remove(item.key);
}

async function retry(item) {
  await box.put({ ...item, state: "waiting", words: undefined });
}

const ACTS = { again, retry, save: saveAsFile, drop: (item) => box.remove(item.key) };

function row(item) {
  const part = document.getElementById("outbox-item").content.cloneNode(true);
  const say = (name, words) => (part.querySelector(`[data-${name}]`).textContent = words ?? "");
  say("label", item.label);
  say("line", item.line);
  say("facts", [age(item.at), item.files.length && `${item.files.length} 张照片，${size(item)} KB`].filter(Boolean).join(" · "));
  say("state", NAMES[item.state]);
  part.querySelector("[data-state]").classList.add(`tag-${TONES[item.state]}`);
  say("words", item.words);
  say("stored", item.stored && `已存下的：${item.stored}`);
  part.querySelector("li").id = item.key;
  const link = part.querySelector("[data-to]");
  if (item.to) Object.assign(link, { href: item.to, textContent: item.state === "waiting" ? "去登录" : link.textContent });
  else link.remove();
  part.querySelectorAll("[data-act]").forEach((button) => {
    if (!button.dataset.for.split(" ").includes(item.state)) return button.remove();
    button.addEventListener("click", async () => {
      if (button.dataset.sure && button.textContent !== button.dataset.sure) return void (button.textContent = button.dataset.sure);
      await ACTS[button.dataset.act](item);
      await show();
      sendAll();
    });
  });
  return part;
}

async function show() {
  const owner = await box.person();
  const own = owner ? await box.itemsOf(owner) : [];
  const open = own.filter((item) => item.state !== "stored");
  list().replaceChildren(...[...open, ...own.filter((item) => item.state === "stored").reverse()].map(row));
  const shown = { "outbox-none": own.length === 0, "outbox-open": open.length > 0, "outbox-done": own.length > 0 && open.length === 0 };
  for (const [id, on] of Object.entries(shown)) document.getElementById(id).hidden = !on;
  document.getElementById("outbox-oldest").textContent = open.length ? age(open[0].at) : "";
  const others = await box.countOfOthers(owner);
  document.getElementById("outbox-others").hidden = others === 0;
  document.getElementById("outbox-others-count").textContent = others;
}

export function showOutbox() {
  document.addEventListener("DOMContentLoaded", () => {
    if (!list()) return;
    show().catch(() => (document.getElementById("outbox-lost").hidden = false));
    document.addEventListener(CHANGED, show);
    setInterval(show, 5000);
  });
}
