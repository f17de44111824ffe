// A page that the worker kept: it says of when it is, and its days are counted on when midnight has passed since, as are
// those of a page left open. One that was made for nobody (/outbox, /offline) looks like this person's other pages.
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

let today; // on which the days of this page were counted

// Midnight has passed: 今天 is another day. A form in which something is written keeps the day that was meant.
function countDaysOn() {
  const past = (dayOf(Date.now()) - today) * DAY;
  if (document.hidden || !(past > 0)) return;
  today = dayOf(Date.now());
  const meant = document.querySelector("form[data-touched] input[name=day]:checked");
  const day = meant?.value;
  const on = (one) => new Date(Date.parse(one) + past).toISOString().slice(0, 10);
  for (const choice of document.querySelectorAll("input[type=radio][name=day]")) choice.value = on(choice.value);
  for (const input of document.querySelectorAll("input[type=date][max]")) input.max = on(input.max);
  if (day) choose(meant.form, day);
}

function choose(form, day) {
  const choices = [...form.querySelectorAll("input[type=radio][name=day]")];
  choices.forEach((choice) => (choice.checked = choice.value === day));
  const other = form.elements.other_day;
  if (!other || choices.some((choice) => choice.checked)) return;
  other.value ||= day;
  other.closest("details").open = true;
}

function countDays(made) {
  today = dayOf(made);
  countDaysOn();
  document.addEventListener("input", ({ target }) => target.form && (target.form.dataset.touched = ""));
  document.addEventListener("visibilitychange", countDaysOn);
  addEventListener("pageshow", countDaysOn);
}

async function wear() {
  if (document.documentElement.dataset.person || !document.querySelector("[data-offline], [data-outbox-list]")) return;
  Object.assign(document.documentElement.dataset, await box.look());
}

export function sayKept() {
  document.addEventListener("DOMContentLoaded", () => wear().catch(() => {}));
  document.addEventListener("DOMContentLoaded", () => {
    const made = document.documentElement.dataset.kept;
    countDays(made ?? Date.now());
    const note = document.querySelector("[data-kept-note]");
    if (!made || !note) return;
    note.hidden = false;
    note.querySelector("time").textContent = said(made);
  });
}
