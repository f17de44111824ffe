// Sending what waits in the outbox: one at a time, oldest first, by the owner's login only. The server's word is final
// or "later"; anything that is not the server's word (no network, a portal's page) means later.
import * as box from "./box.js";
import { isDown, reaches, RESTORED, tell } from "./net.js";

const PATIENCE = 30000;
const AGAIN = 15000;
export const FINAL = ["stored", "returned", "conflict"];
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
  const headers = { Outbox: item.person, "Idempotency-Key": item.key, "Written-At": item.at, "Sent-At": new Date().toISOString() };
  if (isNow) headers["Outbox-Now"] = "1"; // the next page shall say what was done
  try {
    const answer = await fetch(item.url, {
      method: "POST", body: bodyOf(item), headers, redirect: "error", credentials: "same-origin", signal: stop.signal,
    });
    const said = await answer.json();
    if (![...FINAL, ...LATER].includes(said.state)) throw new Error("not our server");
    tell(true);
    return said;
  } catch {
    tell(false);
    return LOST;
  } finally {
    clearTimeout(timeout);
  }
}

// Send one item and keep what became of it, if it lies in the box; return the answer. `isNow`: somebody waits for it.
export async function send(item, { isNow = false, isKept = true } = {}) {
  const said = await post(item, isNow);
  const { state, words, to, differs } = said;
  if (isKept && state === "stored") await box.keepReceipt(item, to);
  else if (isKept && FINAL.includes(state)) await box.settle(item.key, { state, words, to, differs });
  else if (isKept && (words || item.words)) await box.settle(item.key, { words, to }); // later, and why: an ended login
  document.dispatchEvent(new CustomEvent(CHANGED, { detail: { key: item.key, state, words } }));
  return said;
}

async function sendWaiting() {
  const owner = await box.person();
  if (!owner) return;
  const waiting = await box.itemsOf(owner, "waiting");
  if (!waiting.length && isDown()) await reaches();
  for (const item of waiting) {
    const still = await box.get(item.key); // another tab may have sent it, or its owner deleted it
    if (still?.state !== "waiting") continue;
    const said = await send(still);
    if (said.isLost || ["login", "other"].includes(said.state)) break; // what the server cannot take now holds up nothing
  }
  later(isDown() || (await box.itemsOf(owner, "waiting")).length > 0);
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

// Send also what was kept while sending.
export const sendSoon = () => sendAll().then(sendAll);

export function sendWhenever() {
  addEventListener("load", sendAll);
  addEventListener("online", sendAll);
  addEventListener("pageshow", (event) => event.persisted && sendAll());
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());
  document.addEventListener(RESTORED, sendAll);
}
