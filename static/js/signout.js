// Phones are shared: signing out empties caches and stores before the form goes off. What was never sent stays, and so do
// our own files, which are the same for everybody.
import { clean as cleanBox } from "./box.js";

const PATIENCE = 1000;

const cleanSession = async () => sessionStorage.clear();

async function cleanCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !name.startsWith("luhuo-")).map((name) => caches.delete(name)));
}

// Each by itself: a browser that has not the one, or refuses it, has the others.
const clean = () => Promise.allSettled([cleanSession(), cleanBox(), cleanCaches()]);

const atMost = (time) => new Promise((done) => setTimeout(done, time));

async function cleanThenSend(form) {
  await Promise.race([clean(), atMost(PATIENCE)]);
  form.submit();
}

export function cleanOnSignOut() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-signout]")) return;
    event.preventDefault();
    cleanThenSend(event.target);
  });
}
