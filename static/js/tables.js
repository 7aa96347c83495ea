// Sorting, filtering and copying for every [data-table] block; the table itself needs none of it.
const collator = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true, sensitivity: "base" });

function cellText(cell) {
  if (!cell) return "";
  return cell.dataset.value ?? cell.textContent.trim();
}

function toNumber(text) {
  const plain = text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".").replace("\u2212", "-");
  return plain === "" ? NaN : Number.parseFloat(plain);
}

// Empty cells and words among numbers go last in either direction.
function compareNumbers(a, b, direction) {
  const [x, y] = [toNumber(a), toNumber(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
  return (x - y) * direction;
}

function compareTexts(a, b, direction) {
  if (!a || !b) return !a - !b;
  return collator.compare(a, b) * direction;
}

export function sortTable(table, column, kind, direction) {
  const compare = kind === "number" ? compareNumbers : compareTexts;
  for (const body of table.tBodies) {
    const rows = [...body.rows].map((row) => [cellText(row.cells[column]), row]);
    rows.sort((left, right) => compare(left[0], right[0], direction));
    body.append(...rows.map(([, row]) => row));
  }
}

function makeSortable(table, header) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "table__sort";
  button.append(...header.childNodes);
  header.classList.add("sortable");
  header.append(button);
  button.addEventListener("click", () => {
    const ascending = header.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    sortTable(table, header.cellIndex, header.dataset.sort, ascending ? 1 : -1);
  });
}

const normal = (text) => text.toLocaleLowerCase().replaceAll("ё", "е");

export function filterTable(table, query) {
  const words = normal(query).split(/\s+/).filter(Boolean);
  let shown = 0;
  let total = 0;
  for (const body of table.tBodies) {
    for (const row of body.rows) {
      const text = normal(row.textContent);
      row.hidden = !words.every((word) => text.includes(word));
      total += 1;
      shown += row.hidden ? 0 : 1;
    }
  }
  return { shown, total };
}

// Tab-separated, as spreadsheets paste it; only the rows on view.
function tableAsText(table) {
  return [...table.rows]
    .filter((row) => !row.hidden)
    .map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")).join("\t"))
    .join("\n");
}

function enhance(block) {
  const table = block.querySelector("table");
  const message = block.querySelector("[data-table-count]");
  for (const header of table.tHead?.querySelectorAll("th[data-sort]") ?? []) makeSortable(table, header);

  const filter = block.querySelector("[data-table-filter]");
  filter?.addEventListener("input", () => {
    const counts = filterTable(table, filter.value);
    message.textContent = filter.value
      ? block.dataset.countText.replace("{shown}", counts.shown).replace("{total}", counts.total)
      : "";
  });

  const copy = block.querySelector("[data-table-copy]");
  if (!navigator.clipboard) copy?.remove();
  copy?.addEventListener("click", async () => {
    await navigator.clipboard.writeText(tableAsText(table));
    message.textContent = block.dataset.copiedText;
  });
}

for (const block of document.querySelectorAll("[data-table]")) enhance(block);
