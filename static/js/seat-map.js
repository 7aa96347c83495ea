// The seat map as a grid of buttons over its letters: a pointer paints, arrow keys move, letters set.
const KINDS = ["S", "A", "X", "."];

function build(block) {
  const field = block.querySelector("textarea");
  const words = { S: block.dataset.wordsSeat, A: block.dataset.wordsAccessible, X: block.dataset.wordsUnusable, ".": block.dataset.wordsAisle };
  let rows = field.value.trim().split(/\s*\n\s*/).map((line) => [...line.toUpperCase()]);
  let tool = "S";
  let at = [0, 0];
  const tools = document.createElement("div");
  tools.className = "seat-editor__tools";
  const grid = document.createElement("div");
  grid.className = "seat-editor";

  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button--secondary";
    made.textContent = label;
    made.addEventListener("click", act);
    tools.append(made);
    return made;
  };
  const painters = KINDS.map((kind) => {
    const made = button(`${kind} ${words[kind]}`, () => { tool = kind; mark(); });
    made.dataset.tool = kind;
    return made;
  });
  const mark = () => painters.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.tool === tool)));
  button(block.dataset.addRow, () => { rows.push(rows.at(-1).map(() => "S")); draw(); });
  button(block.dataset.removeRow, () => { if (rows.length > 1) rows.pop(); draw(); });
  button(block.dataset.addColumn, () => { rows.forEach((row) => row.push("S")); draw(); });
  button(block.dataset.removeColumn, () => { if (rows[0].length > 1) rows.forEach((row) => row.pop()); draw(); });

  function set(row, column, kind) {
    rows[row][column] = kind;
    draw(true);
  }

  function draw(focus = false) {
    const width = Math.max(...rows.map((row) => row.length));
    rows.forEach((row) => { while (row.length < width) row.push("."); });
    at = [Math.min(at[0], rows.length - 1), Math.min(at[1], width - 1)];
    field.value = rows.map((row) => row.join("")).join("\n");
    let number = 0;
    grid.replaceChildren(...rows.map((row, r) => {
      const line = document.createElement("div");
      line.className = "seat-editor__row";
      line.append(...row.map((kind, c) => {
        const cell = document.createElement("button");
        cell.type = "button";
        cell.className = "seat-editor__cell";
        cell.dataset.kind = kind;
        if (kind !== ".") number += 1;
        cell.textContent = kind === "." ? "·" : String(number);
        cell.setAttribute("aria-label", `${block.dataset.wordsRow} ${r + 1}, ${c + 1}: ${words[kind]}${kind === "." ? "" : ` ${number}`}`);
        cell.tabIndex = r === at[0] && c === at[1] ? 0 : -1;
        cell.addEventListener("click", () => { at = [r, c]; set(r, c, tool); });
        return cell;
      }));
      return line;
    }));
    if (focus) grid.children[at[0]].children[at[1]].focus();
  }

  grid.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const letters = { KeyS: "S", KeyA: "A", KeyX: "X", Period: "." };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps[event.key]) {
      const [down, right] = steps[event.key];
      at = [Math.max(0, Math.min(rows.length - 1, at[0] + down)), Math.max(0, Math.min(rows[0].length - 1, at[1] + right))];
      draw(true);
    } else if (letters[event.code]) {
      set(at[0], at[1], letters[event.code]);
    } else return;
    event.preventDefault();
  });
  field.addEventListener("change", () => {
    rows = field.value.trim().split(/\s*\n\s*/).map((line) => [...line.toUpperCase()].map((letter) => (KINDS.includes(letter) ? letter : ".")));
    draw();
  });
  block.prepend(tools, grid);
  mark();
  draw();
}

document.querySelectorAll("[data-seat-map]").forEach(build);
