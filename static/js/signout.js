// Phones are shared: signing out empties caches and stores before the form goes off. What was never sent stays, and so do
// our own files, which are the same for everybody.
import { clean as cleanBox } from "./box.js";

const PATIENCE = 1000;

async function clean() {
  sessionStorage.clear();
  await cleanBox().catch(() => {});
  if (!("caches" in window)) return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !name.startsWith("luhuo-")).map((name) => caches.delete(name)));
}

const atMost = (time) => new Promise((done) => setTimeout(done, time));

async function cleanThenSend(form) {
  await Promise.race([clean().catch(() => {}), atMost(PATIENCE)]);
  form.submit();
}

export function cleanOnSignOut() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-signout]")) return;
    event.preventDefault();
    cleanThenSend(event.target);
  });
}
