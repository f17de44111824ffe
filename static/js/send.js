// Sending what waits in the outbox: one at a time, oldest first, by the owner's login only. The server's word is final
// or "later"; anything that is not the server's word (no network, a portal's page) means later.
import * as box from "./box.js";

const PATIENCE = 30000;
const AGAIN = 15000;
const FINAL = ["stored", "returned", "conflict"];
const LATER = ["waiting", "login", "other"];
const LOST = { state: "waiting", isLost: true }; // not the server's word
export const CHANGED = "outbox-changed";

let running = null;
let timer = null;

// The form as the server would have got it from the page itself.
function bodyOf(item) {
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  for (const one of item.files) body.append(one.name, new File([one.bytes], one.file, { type: one.type }));
  return body;
}

async function post(item, isNow) {
  const stop = new AbortController();
  const timeout = setTimeout(() => stop.abort(), PATIENCE);
  const headers = { Outbox: item.person, "Idempotency-Key": item.key, "Written-At": item.at };
  if (isNow) headers["Outbox-Now"] = "1"; // the next page shall say what was done
  try {
    const answer = await fetch(item.url, {
      method: "POST", body: bodyOf(item), headers, redirect: "error", credentials: "same-origin", signal: stop.signal,
    });
    const said = await answer.json();
    return [...FINAL, ...LATER].includes(said.state) ? said : LOST;
  } catch {
    return LOST;
  } finally {
    clearTimeout(timeout);
  }
}

// Send one item and keep what became of it; return the answer. `isNow`: somebody waits for it.
export async function send(item, isNow = false) {
  const said = await post(item, isNow);
  const { state, words, to, stored } = said;
  if (state === "stored") await box.keepReceipt(item, to);
  else if (FINAL.includes(state)) await box.settle(item.key, { state, words, to, stored });
  else if (words || item.words) await box.settle(item.key, { words, to }); // later, and why: a login that has ended
  tell(state);
  return said;
}

// Measured, not believed: whether the last call got through.
function tell(state) {
  document.documentElement.dataset.net = state === "waiting" ? "down" : "up";
  document.dispatchEvent(new CustomEvent(CHANGED));
}

async function sendWaiting() {
  const owner = await box.person();
  if (!owner) return;
  for (const item of await box.itemsOf(owner, "waiting")) {
    const still = await box.get(item.key); // another tab may have sent it, or its owner deleted it
    if (still?.state !== "waiting") continue;
    const said = await send(still);
    if (said.isLost || ["login", "other"].includes(said.state)) break; // what the server cannot take now holds up nothing
  }
  later((await box.itemsOf(owner, "waiting")).length > 0);
}

function later(some) {
  clearTimeout(timer);
  if (some) timer = setTimeout(sendAll, AGAIN);
}

// One tab after the other, where the browser can say so; the server stores each key once in any case.
const alone = (work) => (navigator.locks ? navigator.locks.request("luhuo-outbox", work) : work());

export function sendAll() {
  running ??= Promise.resolve(alone(sendWaiting)).catch(() => later(true)).finally(() => (running = null));
  return running;
}

export function sendWhenever() {
  addEventListener("load", sendAll);
  addEventListener("online", sendAll);
  addEventListener("pageshow", (event) => event.persisted && sendAll());
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());
  document.addEventListener("htmx:after:request", () => document.documentElement.dataset.net === "down" && sendAll());
}
