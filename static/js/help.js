// Shortcuts: `?` opens the list made from data-shortcut attributes; a key presses or focuses its element.
// A page whose own script handles keys says so with <body data-shortcuts="own">: then this file only lists.
const help = document.querySelector("#shortcut-help");
const list = help?.querySelector("[data-shortcut-list]");
const fixed = list ? [...list.children] : [];

function isTyping(element) {
  return element.isContentEditable || element.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
}

function label(element) {
  return element.dataset.shortcutLabel || element.getAttribute("aria-label") || element.textContent.trim();
}

function entry(key, text) {
  const term = document.createElement("dt");
  const mark = document.createElement("kbd");
  const description = document.createElement("dd");
  mark.textContent = key;
  term.append(mark);
  description.textContent = text;
  return [term, description];
}

export function openHelp() {
  const entries = [...document.querySelectorAll("[data-shortcut]")].map((element) => entry(element.dataset.shortcut, label(element)));
  list.replaceChildren(...entries.flat(), ...fixed);
  help.showModal();
}

// The physical key counts too: F is the same key when the keyboard is switched to Kyrgyz or Russian.
export function matchesKey(event, shortcut) {
  return event.key.toLowerCase() === shortcut.toLowerCase() || event.code === `Key${shortcut.toUpperCase()}`;
}

function press(element) {
  if (element.matches("input, select, textarea")) element.focus();
  else element.click();
}

document.addEventListener("keydown", (event) => {
  const busy = event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target);
  if (busy || document.querySelector("dialog[open]")) return;
  if (event.key === "?" && help) {
    event.preventDefault();
    openHelp();
    return;
  }
  if (document.body.dataset.shortcuts === "own" || document.documentElement.dataset.shortcuts === "off") return;
  const found = [...document.querySelectorAll("[data-shortcut]")].find((element) => matchesKey(event, element.dataset.shortcut));
  if (!found) return;
  event.preventDefault();
  press(found);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help-open]")) openHelp();
});
