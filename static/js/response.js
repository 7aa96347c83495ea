// The response of an item, read from and written to its form. Every control carries a part of the response
// as it is stored; a script of the item's kind only adds comfort and speaks through the same controls.
const AUTOSAVE_MS = 1200;
const TYPED = "textarea, input:not([type=radio]):not([type=checkbox]):not([type=hidden])";

// Read the parts in the order of the page: pairs joined, empty ones left out, a unit only beside its number.
export function readResponse(form, field = "response") {
  const parts = [];
  const pairs = new Map();
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith(`${field}-pair-`)) pairs.set(name, [...(pairs.get(name) || []), value]);
    else if ((name === field || name.startsWith(`${field}-`)) && value.trim() && (name !== `${field}-unit` || parts.length)) parts.push(value);
  }
  for (const pair of pairs.values()) if (pair.every(Boolean)) parts.push(pair.join(" "));
  return parts;
}

export function writeResponse(form, parts, field = "response") {
  let next = 0;
  const pairs = parts.map((part) => part.split(" "));
  for (const control of form.elements) {
    if (control.name === `${field}-unit` && control.type !== "hidden") control.value = parts[1] || "";
    else if (control.name?.startsWith(`${field}-pair-`)) {
      control.value = pairs[Math.floor(next / 2)]?.[next % 2] || "";
      next += 1;
    } else if (control.name === field && !control.matches("[type=radio], [type=checkbox]")) control.value = parts[next++] || "";
    else if (control.matches?.("[type=radio], [type=checkbox]")) control.checked = parts.includes(control.value);
    else if (control.name?.startsWith(`${field}-`) && control.matches("select")) control.value = parts.find((part) => [...control.options].some((option) => option.value === part)) || "";
  }
  form.dispatchEvent(new CustomEvent("response-written"));
}

// Watch a form: `changed(parts)` is called once for every response that differs from the one before; what
// is typed is heard when the hand rests. `flush()` hears it at once, before the item is left.
export function watchResponse(form, changed) {
  let known = "[]";
  let timer = 0;
  const hear = () => {
    clearTimeout(timer);
    timer = 0;
    const parts = readResponse(form);
    const now = JSON.stringify(parts);
    if (now === known) return;
    known = now;
    changed(parts);
  };
  form.addEventListener("change", hear);
  form.addEventListener("input", (event) => {
    if (!event.target.matches(TYPED) || (event.target.inputMode === "decimal" && !/\d$/.test(event.target.value))) return;
    clearTimeout(timer);
    timer = setTimeout(hear, AUTOSAVE_MS);
  });
  return {
    flush: () => timer && hear(),
    read: () => readResponse(form),
    // What the form holds now is known: only a change after this is told.
    know: () => {
      clearTimeout(timer);
      timer = 0;
      known = JSON.stringify(readResponse(form));
    },
  };
}

// Fetch the style and the script of an item's kind, once each, and let the script at the form.
export async function enhance(form, item) {
  if (item.style && !document.querySelector(`link[href="${item.style}"]`)) {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: item.style });
    document.head.append(link);
  }
  if (item.script) (await import(item.script)).enhance(form, item);
}
