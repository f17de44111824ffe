// <button hidden data-copy="notice">复制</button> copies the text of #notice. Hidden until scripts run.
const DONE = "已复制";
const FAILED = "没复制上，长按文字自己选";
const BACK_AFTER = 2500;

const textOf = (element) => ("value" in element ? element.value : element.textContent.trim());

function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("not copied");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldWay(text); // plain HTTP and old WebViews have no clipboard object
  }
}

async function answer(button) {
  const label = (button.dataset.label ??= button.textContent);
  try {
    await copy(textOf(document.getElementById(button.dataset.copy)));
    button.textContent = DONE;
  } catch {
    button.textContent = FAILED;
  }
  button.focus();
  setTimeout(() => (button.textContent = label), BACK_AFTER);
}

const unhide = () => document.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));

export function copyOnClick() {
  document.addEventListener("DOMContentLoaded", unhide);
  document.addEventListener("htmx:after:swap", unhide);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) answer(button);
  });
}
