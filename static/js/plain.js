// A form that does not wait on the phone, sent while the last call did not get through: our server is asked first, and
// where it cannot be reached the form says so and keeps what is typed. The browser's own page of failure leads nowhere.
import { isDown, reaches } from "./net.js";
import { sayIn, sendPlainly } from "./outbox.js";

const NEEDS_NET = "没连上，这一步要有网络才能办。有信号时再点一次。";

const sendIfReached = async (form, submitter) =>
  (await reaches()) ? sendPlainly(form, submitter) : sayIn(form, NEEDS_NET);

export function holdPlainForms() {
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post" || !(isDown() || !navigator.onLine)) return;
    event.preventDefault();
    sendIfReached(form, submitter);
  });
}
