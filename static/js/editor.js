// The editor of an item: what is typed is kept on the server, the preview follows, rows move without a new page.
// Without this script every button sends the form and gets the page anew.
import { drawRegions, startDrawing } from "./hotspot-editor.js";

const KEEP_AFTER_MS = 1200;
const RETRY_MS = 5000;
const WIDE = matchMedia("(min-width: 64em)");
const SIZES = { phone: [360, 640], desktop: [1280, 800] };
const STORE = "synak.editor.languages";

let form = document.querySelector("[data-item-form]");
let changed = false;
let timer = 0;
let lastField = null;

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- Keeping -----------------------------------------------------------------------------------
function say(words) {
  const place = find("[data-save-words]");
  if (place) place.textContent = words;
}

async function keep() {
  clearTimeout(timer);
  say(form.dataset.wordsKeeping);
  const data = new FormData(form);
  data.delete("upload");
  try {
    const reply = await fetch(form.dataset.autosave, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(String(reply.status));
    heard(await reply.json());
  } catch {
    say(form.dataset.wordsFailed);
    timer = setTimeout(keep, RETRY_MS);
  }
}

function heard(kept) {
  const time = new Date(kept.saved_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  say(form.dataset.wordsSaved.replace("{time}", time));
  for (const place of all("[data-aid]")) place.textContent = kept.aids[place.dataset.aid] || "";
  find("[data-newer]")?.toggleAttribute("hidden", kept.latest <= Number(form.dataset.basedOn));
  changed = false;
  showPreview();
}

function soon() {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(keep, KEEP_AFTER_MS);
}

// --- Preview -----------------------------------------------------------------------------------
function showPreview() {
  const frame = find("[data-preview-frame]");
  const language = form.elements.preview_language.value;
  const address = `${form.dataset.candidate}?language=${language}`;
  frame.contentWindow.location.replace(new URL(address, location.href).href);
}

function showWidth(code) {
  form.elements.preview_width.value = code;
  find("[data-editor]").dataset.preview = code;
  const frame = find("[data-preview-frame]");
  [frame.width, frame.height] = SIZES[code];
  for (const button of all("[data-width]")) button.setAttribute("aria-pressed", String(button.dataset.width === code));
}

function previewLanguage(link) {
  form.elements.preview_language.value = link.dataset.previewLanguage;
  for (const one of all("[data-preview-language]")) one.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  if (changed) keep();
  else showPreview();
}

// --- Languages ---------------------------------------------------------------------------------
function remembered() {
  try {
    return (sessionStorage.getItem(STORE) || "").split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

function showLanguages(codes) {
  for (const cell of all("[data-language]", form)) cell.hidden = !codes.includes(cell.dataset.language);
  for (const button of all("[data-show-language]")) {
    button.setAttribute("aria-pressed", String(codes.includes(button.dataset.showLanguage)));
  }
  try {
    sessionStorage.setItem(STORE, codes.join(" "));
  } catch {
    // Storage may be closed by policy: the choice then lasts as long as the page.
  }
}

function shownLanguages() {
  return all("[data-show-language][aria-pressed=true]").map((button) => button.dataset.showLanguage);
}

function chooseLanguage(code) {
  const shown = shownLanguages();
  if (!WIDE.matches) return showLanguages([code]);
  const next = shown.includes(code) ? shown.filter((one) => one !== code) : [...shown, code];
  return showLanguages(next.length ? next : [code]);
}

function firstLanguages() {
  const own = form.dataset.ownLanguage;
  const wrong = all(".cell.field--error[data-language]", form).map((cell) => cell.dataset.language);
  const written = all("textarea[name$='.stem']", form).filter((area) => area.value.trim()).map((area) => area.name.split(".")[0]);
  const wish = [...new Set([...remembered(), ...wrong, ...(written.includes(own) ? [own] : []), ...written, own, "ru"])];
  return WIDE.matches ? wish.slice(0, Math.max(2, remembered().length, new Set(wrong).size)) : [wrong[0] || wish[0]];
}

function reveal(field) {
  const cell = field?.closest("[data-language]");
  if (cell?.hidden) showLanguages(WIDE.matches ? [...shownLanguages(), cell.dataset.language] : [cell.dataset.language]);
  for (let part = field?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}

function markErrors() {
  for (const mark of all("[data-language-errors]")) {
    mark.hidden = !find(`[data-language='${mark.dataset.languageErrors}'] .field__error, .field--error[data-language='${mark.dataset.languageErrors}']`, form);
  }
}

// --- The form without a new page ----------------------------------------------------------------
function showRule() {
  const chosen = find("[data-rule]:checked", form)?.value;
  for (const part of all("[data-when-rule]", form)) part.hidden = part.dataset.whenRule !== chosen;
}

async function act(action) {
  clearTimeout(timer);
  const data = new FormData(form);
  data.append("action", action);
  let page;
  try {
    const reply = await fetch(form.getAttribute("action"), { method: "POST", body: data });
    page = new DOMParser().parseFromString(await reply.text(), "text/html");
  } catch {
    return say(form.dataset.wordsFailed);
  }
  const fresh = find("[data-item-form]", page);
  if (!fresh) return form.requestSubmit();
  const shown = shownLanguages();
  form.replaceWith(fresh);
  form = fresh;
  listen();
  showLanguages(shown);
  const field = find("[autofocus]", form);
  const target = field && !field.closest("[hidden]") ? field : all("textarea, input:not([type=hidden])", field?.closest("[data-row]") || document.createElement("p")).find((one) => !one.closest("[hidden]"));
  (target || find(`button[value='${CSS.escape(action)}']`, form))?.focus();
  const error = find("#field-upload-error", form);
  if (error) find("#field-upload", form).focus();
  changed = false;
  return showPreview();
}

function insert(text) {
  const place = lastField && form.contains(lastField) ? lastField : find("textarea[name$='.stem']", form);
  reveal(place);
  place.setRangeText(text, place.selectionStart, place.selectionEnd, "end");
  place.focus();
  const start = place.selectionEnd - text.length + 2;
  place.setSelectionRange(start, start + 1);
  soon();
}

function listen() {
  form.addEventListener("input", soon);
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea")) lastField = event.target;
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-rule]")) showRule();
    if (event.target.matches("[data-refresh]")) act("refresh");
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const action = button?.name === "action" ? button.value : "";
    if (action === "save" || action === "check" || !action) {
      changed = false;
      clearTimeout(timer);
      return;
    }
    event.preventDefault();
    act(action);
  });
  showRule();
  markErrors();
  drawRegions(form);
  startDrawing(form, soon);
}

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  if (on("[data-show-language]")) chooseLanguage(on("[data-show-language]").dataset.showLanguage);
  else if (on("[data-width]")) showWidth(on("[data-width]").dataset.width);
  else if (on("[data-insert]")) insert(on("[data-insert]").dataset.insert);
  else if (on("[data-preview-language]")) {
    event.preventDefault();
    previewLanguage(on("[data-preview-language]"));
  } else if (on(".error-summary a")) reveal(document.getElementById(on(".error-summary a").hash.slice(1)));
});
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});

listen();
showLanguages(firstLanguages());
showWidth(form.elements.preview_width.value);
