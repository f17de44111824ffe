// A page that the worker kept: it says of when it is, and its days are counted on when midnight has passed since. One that
// was made for nobody (/outbox, /offline) looks like this person's other pages.
import * as box from "./box.js";

const DAY = 24 * 3600000;
const BEIJING = { timeZone: "Asia/Shanghai" };
const TIME = { ...BEIJING, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const dayOf = (moment) => Date.parse(new Date(moment).toLocaleDateString("sv-SE", BEIJING)) / DAY;

// 10:32; on another day 昨天 10:32 or 3月2日 10:32.
export function said(moment) {
  const made = new Date(moment), time = made.toLocaleTimeString("sv-SE", TIME).slice(0, 5);
  const past = dayOf(Date.now()) - dayOf(made);
  if (past === 0) return time;
  return past === 1 ? `昨天 ${time}` : `${made.toLocaleDateString("zh-CN", { ...BEIJING, month: "long", day: "numeric" })} ${time}`;
}

function countDaysOn(made) {
  const past = (dayOf(Date.now()) - dayOf(made)) * DAY;
  const on = (day) => new Date(Date.parse(day) + past).toISOString().slice(0, 10);
  for (const choice of document.querySelectorAll("input[type=radio][name=day]")) choice.value = on(choice.value);
  for (const input of document.querySelectorAll("input[type=date][max]")) input.max = on(input.max);
}

async function wear() {
  if (document.documentElement.dataset.person || !document.querySelector("[data-offline], [data-outbox-list]")) return;
  Object.assign(document.documentElement.dataset, await box.look());
}

export function sayKept() {
  document.addEventListener("DOMContentLoaded", () => wear().catch(() => {}));
  document.addEventListener("DOMContentLoaded", () => {
    const made = document.documentElement.dataset.kept;
    const note = document.querySelector("[data-kept-note]");
    if (!made || !note) return;
    note.hidden = false;
    note.querySelector("time").textContent = said(made);
    if (dayOf(Date.now()) > dayOf(made)) countDaysOn(made);
  });
}
