// The item table from the keyboard: J and K or the arrows move along its rows, Enter opens, X selects.
// The rows and their links work without this file.
const table = document.querySelector("[data-item-rows]");
const rows = table ? [...table.querySelectorAll("[data-row]")] : [];

function link(row) {
  return row.querySelector("th a");
}

function current() {
  return rows.findIndex((row) => row.contains(document.activeElement));
}

function move(step) {
  const place = current();
  const next = place < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(place + step, 0), rows.length - 1);
  const target = rows[next] && link(rows[next]);
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function select() {
  const box = rows[current()]?.querySelector("input[type=checkbox]");
  if (box) box.click();
}

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-row-step]");
  if (step) move(Number(step.dataset.rowStep));
  if (event.target.closest("[data-row-select]")) select();
});

table?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey || current() < 0) return;
  event.preventDefault();
  move(step);
});

// The bar of what can be done with the selection says how many items that is.
const bar = document.querySelector("[data-selection]");
const whole = document.querySelector("[data-select-page]");

function count() {
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const words = bar.querySelector("[data-selection-words]");
  words.textContent = bar.dataset.selection.replace("{count}", chosen);
  if (whole) {
    whole.checked = chosen === boxes.length && chosen > 0;
    whole.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

if (table && bar) {
  table.addEventListener("change", (event) => {
    if (event.target === whole) for (const box of table.querySelectorAll("tbody input[type=checkbox]")) box.checked = whole.checked;
    count();
  });
  count();
}
