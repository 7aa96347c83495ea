// Display settings: colours, contrast, text size, single-key shortcuts. A classic script in <head>, so
// that the page is painted once, in the reader's own settings. Every setting is an attribute of <html>.
(() => {
  "use strict";
  const root = document.documentElement;
  const scope = root.dataset.displayScope ? `${root.dataset.displayScope}.` : "";
  const plain = { theme: "auto", contrast: "normal", "text-size": "2", shortcuts: "on" };
  // Who was granted large text begins with it and may still choose another size.
  const defaults = { ...plain, "text-size": root.dataset.grantedTextSize || plain["text-size"] };

  function read(setting) {
    try {
      return localStorage.getItem(`synak.${scope}${setting}`) || defaults[setting];
    } catch {
      return defaults[setting]; // storage is switched off: the page still works
    }
  }

  function write(setting, value) {
    try {
      localStorage.setItem(`synak.${scope}${setting}`, value);
    } catch {
      // the setting holds until the page is left
    }
  }

  function apply(setting, value) {
    if (value === plain[setting]) root.removeAttribute(`data-${setting}`);
    else root.setAttribute(`data-${setting}`, value);
  }

  root.dataset.script = "on";
  for (const setting of Object.keys(defaults)) apply(setting, read(setting));

  document.addEventListener("DOMContentLoaded", () => {
    for (const control of document.querySelectorAll("[data-setting]")) {
      const value = read(control.dataset.setting);
      control.checked = control.value === value;
    }
  });

  document.addEventListener("change", (event) => {
    const { setting } = event.target.dataset;
    if (!(setting in defaults)) return;
    const value = event.target.type === "checkbox" && !event.target.checked ? "off" : event.target.value;
    write(setting, value);
    apply(setting, value);
  });

  // A disclosure menu closes like a menu: by Escape, or by a press elsewhere.
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  }
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest && event.target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
