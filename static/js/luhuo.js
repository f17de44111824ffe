// Our only script. Every page works without it; it adds partial refreshes (htmx),
// copying, countdowns, picking all, printing, small photos and the worker.
import "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-ptag.js";
import { copyOnClick } from "./copy.js";
import { startCountdowns } from "./countdown.js";
import { pickOnClick } from "./pick.js";
import { printOnClick } from "./print.js";
import { shrinkPhotos } from "./shrink.js";
import { cleanOnSignOut } from "./signout.js";

copyOnClick();
startCountdowns();
pickOnClick();
printOnClick();
shrinkPhotos();
cleanOnSignOut();
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}
