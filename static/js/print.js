// <button hidden data-print>打印</button> prints the page. Hidden until scripts run.
export function printOnClick() {
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });
}
