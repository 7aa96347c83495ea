// The preview of an item behaves like the test where nothing is sent: panes, strike-out, flag, clock.
import { enhance } from "./response.js";

const toggle = (button) => {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  return on;
};

function showPane(name) {
  document.querySelector("[data-panes]").dataset.show = name;
  for (const button of document.querySelectorAll("[data-show-pane]")) {
    button.setAttribute("aria-pressed", String(button.dataset.showPane === name));
  }
}

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  if (on("[data-strike]")) on("[data-option]").classList.toggle("option--struck", toggle(on("[data-strike]")));
  else if (on("[data-flag]")) toggle(on("[data-flag]"));
  else if (on("[data-clock-toggle]")) document.querySelector("#exam-clock").toggleAttribute("data-hidden", toggle(on("[data-clock-toggle]")));
  else if (on("[data-show-pane]")) showPane(on("[data-show-pane]").dataset.showPane);
});
enhance(document.querySelector("[data-item-form]"), JSON.parse(document.querySelector("#preview-item").textContent));
document.addEventListener("submit", (event) => event.preventDefault());
