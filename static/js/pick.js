// <button data-pick="1">全员</button> picks everybody shown in its fieldset, data-pick="" nobody. Without scripts the
// button sends the form, and the server answers with the same.
export function pickOnClick() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (!button) return;
    event.preventDefault();
    const all = Boolean(button.dataset.pick);
    const people = all ? ":scope > .people input" : ".people input";
    button.closest("fieldset").querySelectorAll(people).forEach((one) => (one.checked = all));
  });
}
