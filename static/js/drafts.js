// <form data-draft> keeps what is typed on the phone until it is sent, and offers it when the form is opened again.
import * as box from "./box.js";

const CALM = 400;
const SKIPPED = ["key", "unit", "version"];

export const draftName = (form, owner) =>
  [owner, new URL(form.action).pathname, form.elements.unit?.value ?? "", form.dataset.draft].join(" ").trimEnd();

const typed = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SKIPPED.includes(name));

function put(form, fields) {
  for (const element of form.elements) {
    const values = fields.filter(([name]) => name === element.name).map(([, value]) => value);
    if (SKIPPED.includes(element.name) || element.type === "file" || element.type === "submit") continue;
    if (["checkbox", "radio"].includes(element.type)) element.checked = values.includes(element.value);
    else if (values.length) element.value = values[0];
  }
}

// The day of a form that has waited may be none of those to choose from any more.
function putOther(form, fields) {
  for (const [name, value] of fields) {
    const other = form.elements[`other_${name}`];
    if (other && value && form.elements[name].value !== value && !other.value) other.value = value;
  }
}

async function keep(form) {
  const owner = await box.person();
  if (owner && !form.dataset.sending) await box.putDraft(draftName(form, owner), typed(form));
}

async function watch(form) {
  let timer;
  form.addEventListener("input", () => { // also what is typed before the phone has said what it holds
    clearTimeout(timer);
    timer = setTimeout(() => keep(form).catch(() => {}), CALM);
  });
  const owner = await box.person();
  if (!owner) return;
  const name = draftName(form, owner), fresh = typed(form);
  const back = await returned(form, owner);
  const kept = back ? back.fields : await box.getDraft(name);
  if (kept && !form.querySelector(".is-error")) offer(form, name, kept, fresh);
  if (back) takeUp(form, back);
}

function offer(form, name, kept, fresh) {
  put(form, kept);
  form.dataset.touched = "";
  const note = document.querySelector("[data-draft-note]");
  note.hidden = false;
  note.querySelector("button").addEventListener("click", async () => {
    await box.removeDraft(name);
    put(form, fresh);
    delete form.dataset.instead;
    note.hidden = true;
  });
}

// The returned item that one came to change, by the address: /activities/new#again-KEY.
async function returned(form, owner) {
  const item = await box.get(location.hash.replace("#again-", ""));
  const unit = item?.fields.find(([name]) => name === "unit")?.[1];
  const isHere = item?.person === owner && item.url === new URL(form.action).pathname;
  return isHere && item.state === "returned" && unit === form.elements.unit?.value ? item : null;
}

function takeUp(form, item) {
  const photos = form.querySelector("input[type=file]"), sent = new DataTransfer();
  for (const one of item.files) sent.items.add(new File([one.bytes], one.file, { type: one.type }));
  if (photos && item.files.length) {
    photos.files = sent.files;
    form.querySelector("[data-shrunk]").textContent = `上次选的 ${item.files.length} 张都在`;
  }
  putOther(form, item.fields);
  form.dataset.instead = item.key;
  document.querySelector("[data-draft-note] b").textContent = `退回的一条，改好再交。${item.words ?? ""}`;
}

export function keepDrafts() {
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll("form[data-draft]").forEach((form) => watch(form).catch(() => {})));
}
