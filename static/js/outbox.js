// <form data-outbox="记一笔"> is kept on the phone first and sent then. What is refused at once stays in its form, with
// the server's sentence; what cannot be sent now waits at /outbox. Where nothing can be kept, the form goes as ever.
import * as box from "./box.js";
import { draftName } from "./drafts.js";
import { CHANGED, send, sendAll } from "./send.js";

const AT_ONCE = 8000; // so long a tap waits for the server before the item goes on waiting by itself

async function pack(form, submitter) {
  const fields = [], files = [];
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  for (const [name, value] of data) {
    if (!(value instanceof File)) fields.push([name, value]);
    else if (value.size) files.push({ name, file: value.name, type: value.type, bytes: await value.arrayBuffer() });
  }
  const key = data.get("key") || box.uuid();
  const line = form.dataset.line ?? data.get("text") ?? data.get("title") ?? "";
  const said = submitter?.name ? `${form.dataset.outbox}：${submitter.textContent.trim()}` : form.dataset.outbox;
  return {
    key, person: await box.person(), url: new URL(form.action).pathname, label: said, line,
    at: new Date().toISOString(), fields, files, state: "waiting",
  };
}

const atMost = (time) => new Promise((done) => setTimeout(() => done({ state: "waiting" }), time));

function sayIn(form, words) {
  const place = form.querySelector("[data-said]") ?? form.insertBefore(document.createElement("p"), form.firstChild);
  place.dataset.said = "";
  place.className = "banner banner-late";
  place.setAttribute("role", "alert");
  place.textContent = words;
  place.scrollIntoView({ block: "center" });
}

async function keepAndSend(form, submitter) {
  const item = await pack(form, submitter);
  await box.put(item);
  navigator.storage?.persist?.();
  await box.removeDraft(draftName(form, item.person));
  const said = await Promise.race([send(item, true), atMost(AT_ONCE)]);
  if (said.state === "returned") {
    await box.remove(item.key);
    delete form.dataset.sending;
    return sayIn(form, said.words);
  }
  location.assign(said.state === "stored" && said.to ? said.to : `/outbox#${item.key}`);
}

// Keep something that no form holds, a scanned code, and send it; return what the server said.
export async function keepFields(url, label, line, fields) {
  const item = {
    key: box.uuid(), person: await box.person(), url, label, line, at: new Date().toISOString(), fields, files: [],
    state: "waiting",
  };
  if (!item.person) throw new Error("nobody is known here");
  await box.put(item);
  return { key: item.key, ...(await Promise.race([send(item), atMost(AT_ONCE)])) };
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
    form.submit(); // no storage here: the browser sends it, and shows what the server says
  } finally {
    form.removeAttribute("aria-busy");
  }
}

// A key of its own for each form opened, also of a page that lies on the phone.
function mintKeys() {
  document.querySelectorAll("form[data-outbox] input[name=key]").forEach((input) => (input.value = box.uuid()));
}

// [data-waiting] shows while something of this person waits; [data-waiting-count] says how much.
async function showWaiting() {
  const owner = await box.person();
  const own = owner ? (await box.itemsOf(owner)).filter((item) => item.state !== "stored") : [];
  document.querySelectorAll("[data-waiting]").forEach((element) => {
    element.hidden = own.length === 0;
    element.querySelectorAll("[data-waiting-count]").forEach((place) => (place.textContent = own.length));
  });
}

export function useOutbox() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("DOMContentLoaded", mintKeys);
  addEventListener("pageshow", () => document.querySelectorAll("[data-sending]").forEach((form) => delete form.dataset.sending));
  document.addEventListener("DOMContentLoaded", () => showWaiting().catch(() => {}));
  document.addEventListener(CHANGED, () => showWaiting().catch(() => {}));
  document.addEventListener("click", (event) => event.target.closest("[data-send]") && sendAll());
}
