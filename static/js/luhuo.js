// Our only script. Every page works without it; it adds partial refreshes (htmx),
// copying, countdowns, picking all, names of speakers, printing, small photos, the outbox with drafts, the scanner, who
// uses the phone, the worker, and the word on whether one is connected.
import "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-ptag.js";
import { copyOnClick } from "./copy.js";
import { startCountdowns } from "./countdown.js";
import { keepDrafts } from "./drafts.js";
import { useOutbox } from "./outbox.js";
import { showOutbox } from "./outboxpage.js";
import { sayKept } from "./kept.js";
import { measure } from "./net.js";
import { pickOnClick } from "./pick.js";
import { holdPlainForms } from "./plain.js";
import { printOnClick } from "./print.js";
import { keepScanned, openScanners } from "./scanning.js";
import { sendWhenever } from "./send.js";
import { shrinkPhotos } from "./shrink.js";
import { cleanOnSignOut } from "./signout.js";
import { nameOnClick } from "./speakers.js";
import { mindOthers } from "./whose.js";
import { useWorker } from "./worker.js";

mindOthers(); // before whatever asks who uses the phone
copyOnClick();
startCountdowns();
pickOnClick();
printOnClick();
nameOnClick();
measure();
sayKept(); // before the drafts: it counts the days on
shrinkPhotos(); // before the outbox: a form waits for its photos first
useOutbox();
keepDrafts();
showOutbox();
sendWhenever();
openScanners();
keepScanned();
cleanOnSignOut();
holdPlainForms(); // after whatever takes a form for itself
useWorker();
