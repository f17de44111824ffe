// Sending what waits in the outbox: one at a time, oldest first, by the owner's login only. The server's word is final
// or "later"; anything that is not the server's word (no network, a portal's page) means later.
import * as box from "./box.js";

const PATIENCE = 30000;
const AGAIN = 15000;
const FINAL = ["stored", "returned", "conflict"];
const STOP = ["waiting", "login", "other"];
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
    return [...FINAL, ...STOP].includes(said.state) ? said : { state: "waiting" };
  } catch {
    return { state: "waiting" };
  } finally {
    clearTimeout(timeout);
  }
}

// Send one item and keep what became of it; return the answer. `isNow`: somebody waits for it.
export async function send(item, isNow = false) {
  const said = await post(item, isNow);
  if (said.state === "stored") await box.keepReceipt(item, said.to);
  else if (FINAL.includes(said.state)) await box.put({ ...item, state: said.state, words: said.words, to: said.to, stored: said.stored });
  tell(item, said);
  return said;
}

// Send what cannot be kept here; fail where it would have to wait.
export async function sendUnkept(item) {
  const said = await post(item);
  if (!FINAL.includes(said.state)) throw new Error(said.state);
  tell(item, said);
}

// Measured, not believed: whether the last call got through.
function tell({ key }, { state, words }) {
  document.documentElement.dataset.net = state === "waiting" ? "down" : "up";
  document.dispatchEvent(new CustomEvent(CHANGED, { detail: { key, state, words } }));
}

async function sendWaiting() {
  const owner = await box.person();
  if (!owner) return;
  for (const item of await box.itemsOf(owner, "waiting")) {
    const still = await box.get(item.key); // another tab may have sent it, or its owner deleted it
    if (still?.state !== "waiting") continue;
    const said = await send(still);
    if (STOP.includes(said.state)) break;
  }
  later((await box.itemsOf(owner, "waiting")).length > 0);
}

function later(some) {
  clearTimeout(timer);
  if (some) timer = setTimeout(sendAll, AGAIN);
}

// One tab at a time, where the browser can say so; the server stores each key once in any case.
const alone = (work) =>
  navigator.locks ? navigator.locks.request("luhuo-outbox", { ifAvailable: true }, (lock) => (lock ? work() : later(true))) : work();

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
  document.addEventListener("htmx:after:request", () => document.documentElement.dataset.net === "down" && sendAll());
}
