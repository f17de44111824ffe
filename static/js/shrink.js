// <input type="file" data-shrink="2048"> makes photos small before they are sent; [data-shrunk] says so, with pictures
// beside it. Whatever fails is sent as it is: the server judges and shrinks in any case.
import { sendPlainly } from "./outbox.js";

const load = (file) =>
  new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = URL.createObjectURL(file);
  });

async function shrink(file, side) {
  try {
    const image = await load(file);
    const scale = Math.min(1, side / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
    return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

async function shrinkAll(input) {
  const sent = new DataTransfer();
  for (const file of input.files) sent.items.add(await shrink(file, Number(input.dataset.shrink)));
  input.files = sent.files;
  const total = [...sent.files].reduce((sum, file) => sum + file.size, 0);
  input.form.querySelector("[data-shrunk]").textContent = `选了 ${sent.files.length} 张，共 ${Math.ceil(total / 1024)} KB`;
}

// A form that is sent while its photos are still being made small waits for them.
const running = new WeakMap();

export function shrinkPhotos() {
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-shrink]")) return;
    running.set(target.form, shrinkAll(target).finally(() => running.delete(target.form)));
  });
  document.addEventListener("reset", ({ target }) => {
    const said = target.querySelector("[data-shrunk]");
    if (said) said.textContent = "";
  });
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (!running.has(form)) return;
    event.preventDefault();
    await running.get(form);
    if (form.requestSubmit) form.requestSubmit(submitter || undefined);
    else sendPlainly(form, submitter);
  });
}
