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

async function watch(form) {
  const owner = await box.person();
  if (!owner) return;
  const name = draftName(form, owner), fresh = typed(form);
  const kept = await box.getDraft(name);
  if (kept && !form.querySelector(".is-error")) offer(form, name, kept, fresh);
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.dataset.sending || box.putDraft(name, typed(form)), CALM);
  });
}

function offer(form, name, kept, fresh) {
  put(form, kept);
  const note = document.querySelector("[data-draft-note]");
  note.hidden = false;
  note.querySelector("button").addEventListener("click", async () => {
    await box.removeDraft(name);
    put(form, fresh);
    note.hidden = true;
  });
}

export function keepDrafts() {
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll("form[data-draft]").forEach((form) => watch(form).catch(() => {})));
}
