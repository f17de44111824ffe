// <form data-outbox="记一笔"> is kept on the phone first and sent then. What is refused at once stays in its form, with
// the server's sentence; what cannot be sent now waits at /outbox. Where the phone has no room, or keeps nothing, it is
// sent from the page, and what is typed stays until the server has it.
import * as box from "./box.js";
import { draftName } from "./drafts.js";
import { CHANGED, FINAL, send, sendAll, sendSoon } from "./send.js";

const AT_ONCE = 8000; // so long a tap waits for the server before the item goes on waiting by itself
const FULL = "手机里存满了，先到待发箱把存着的交上去，或存成文件再删掉。";
const NO_ROOM = "这部手机存不下了，也没连上。";
const STAYS = "写好的都在这一页，先别关；有信号时再点一次。";

const namesIn = (form) => [...form.querySelectorAll(".people input:checked ~ .name")].map((name) => name.textContent).join("、");

async function pack(form, submitter) {
  const fields = [], files = [];
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  for (const [name, value] of data) {
    if (!(value instanceof File)) fields.push([name, value]);
    else if (value.size) files.push({ name, file: value.name, type: value.type, bytes: await value.arrayBuffer() });
  }
  const key = data.get("key") || box.uuid();
  const line = form.dataset.line ?? data.get("text") ?? data.get("title") ?? namesIn(form);
  const said = submitter?.name ? `${form.dataset.outbox}：${submitter.textContent.trim()}` : form.dataset.outbox;
  return {
    key, person: await who(), url: new URL(form.action).pathname, label: said, line,
    at: new Date().toISOString(), fields, files, state: "waiting",
    page: "draft" in form.dataset ? location.pathname + location.search : undefined, // where it can be changed
  };
}

const who = async () => document.documentElement.dataset.person ?? (await box.person());

// Keep it on the phone; return "" or why that cannot be.
async function keep(item) {
  try {
    if (!(await box.hasRoomFor(item))) return FULL;
    await box.put(item);
  } catch {
    return NO_ROOM;
  }
  navigator.storage?.persist?.().catch(() => {});
  return "";
}

// Keep it and send it: a kept one for as long as somebody waits, another until the answer is there.
async function keepThenSend(item, isNow) {
  const why = await keep(item);
  const sent = send(item, { isNow, isKept: !why });
  return { why, ...(await (why ? sent : Promise.race([sent, atMost(AT_ONCE)]))) };
}

const atMost = (time) => new Promise((done) => setTimeout(() => done({ state: "waiting" }), time));

// Say it in the form, where it can be seen.
export function sayIn(form, words) {
  const place = form.querySelector("[data-said]") ?? form.insertBefore(document.createElement("p"), form.firstChild);
  place.dataset.said = "";
  place.className = "banner banner-late";
  place.setAttribute("role", "alert");
  place.textContent = words;
  place.scrollIntoView({ block: "center" });
}

async function keepAndSend(form, submitter) {
  const item = await pack(form, submitter);
  const { state, words, to, why } = await keepThenSend(item, true);
  if (state === "returned" || (why && state !== "stored")) {
    if (!why) await box.remove(item.key);
    delete form.dataset.sending;
    return sayIn(form, state === "returned" ? words : (words || why) + STAYS);
  }
  await settle(form, item).catch(() => {});
  form.reset(); // whoever goes back does not find it filled in, as if it had not been sent
  location.assign(state === "stored" && to ? to : `/outbox#${item.key}`);
}

// It is in the box or with the server: neither the draft nor the returned item that it came from is needed any more.
async function settle(form, item) {
  await box.removeDraft(draftName(form, item.person));
  if (form.dataset.instead) await box.remove(form.dataset.instead);
}

// Something that no form holds, a scanned code.
async function itemOf(key, url, label, line, fields) {
  const person = await who(), at = new Date().toISOString();
  if (!person) throw new Error("nobody is known here");
  return { key, person, url, label, line, at, fields, files: [], state: "waiting", isScan: true };
}

// Keep it and send it; return what the server said.
export async function keepFields(...what) {
  const item = await itemOf(box.uuid(), ...what);
  return { key: item.key, ...(await keepThenSend(item, false)) };
}

async function keepOrSend(item) {
  if (!(await keep(item))) return void sendSoon();
  const said = await send(item, { isKept: false });
  if (!FINAL.includes(said.state)) throw new Error(said.state);
}

// Send a form as the browser does, with the button that was tapped.
export function sendPlainly(form, submitter) {
  if (submitter?.name) {
    const value = Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(value);
  }
  form.submit();
}

// Keep it and go on; it is sent with all that waits, and what the server says of it is told under its key. Where nothing
// can be kept it is sent at once, and `kept` fails when it did not arrive.
export function keepBeside(...what) {
  const key = box.uuid();
  return { key, kept: itemOf(key, ...what).then(keepOrSend) };
}

async function onSubmit(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !form.matches("form[data-outbox]") || submitter?.formNoValidate) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  form.setAttribute("aria-busy", "true");
  try {
    await keepAndSend(form, submitter);
  } catch {
    sendPlainly(form, submitter); // nothing of this works here: the browser sends it, and shows what the server says
  } finally {
    form.removeAttribute("aria-busy");
  }
}

// A key of its own for each form opened, also of a page that lies on the phone.
function mintKeys() {
  document.querySelectorAll("form[data-outbox] input[name=key]").forEach((input) => (input.value = box.uuid()));
}

// [data-waiting] says how much of this person's waits here, and what becomes of it.
async function showWaiting() {
  const owner = await box.person();
  const waiting = owner ? await box.countOf(owner, "waiting") : 0;
  const back = owner ? (await box.countOf(owner, "returned")) + (await box.countOf(owner, "conflict")) : 0;
  const all = waiting + back;
  const what = back ? `其中 ${back} 条退回来了。` : "联网后自动发。";
  const place = document.querySelector("[data-waiting]");
  if (!place) return;
  document.documentElement.toggleAttribute("data-waits", all > 0);
  place.hidden = all === 0;
  place.querySelector("span").textContent = `手机里还有 ${all} 条没交上去，${what}`;
}

export function useOutbox() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("DOMContentLoaded", mintKeys);
  addEventListener("pageshow", ({ persisted }) => {
    document.querySelectorAll("[data-sending]").forEach((form) => delete form.dataset.sending);
    if (persisted) mintKeys();
  });
  document.addEventListener("DOMContentLoaded", () => showWaiting().catch(() => {}));
  document.addEventListener(CHANGED, () => showWaiting().catch(() => {}));
  document.addEventListener("click", (event) => event.target.closest("[data-send]") && sendAll());
}
