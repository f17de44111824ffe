// [data-speakers="field"]: a tap on a name begins a line of that speaker in the field.
export function nameOnClick() {
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll("[data-speakers]").forEach((names) => {
      const field = document.getElementById(names.dataset.speakers);
      names.hidden = false;
      names.addEventListener("click", (event) => {
        const name = event.target.closest("button")?.textContent;
        if (!name) return;
        field.value = `${field.value}${field.value && !field.value.endsWith("\n") ? "\n" : ""}${name}：`;
        field.focus();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }));
}
