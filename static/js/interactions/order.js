// Places become cards: two buttons move a card, and it can be dragged. The lists below keep the response;
// nothing counts as answered before something was moved or the order was given.
export function enhance(form) {
  const list = form.querySelector("[data-order] .order");
  const card = form.querySelector("[data-order-card]");
  if (!list || !card) return;
  const selects = [...list.querySelectorAll("select")];
  const words = new Map([...selects[0].options].filter((option) => option.value).map((option) => [option.value, option.text]));
  const status = form.querySelector("[data-order-place]");
  const rows = [...list.children];
  let order = [];
  let dragged = -1;

  rows.forEach((row, place) => {
    row.append(card.content.cloneNode(true));
    row.classList.add("order__card");
    row.draggable = true;
    selects[place].hidden = true;
    for (const button of row.querySelectorAll("[data-step]")) {
      button.dataset.words = button.getAttribute("aria-label");
      button.addEventListener("click", () => move(place, place + Number(button.dataset.step), button.dataset.step));
    }
    row.addEventListener("dragstart", (event) => {
      dragged = place;
      event.dataTransfer.setData("text/plain", String(place));
    });
    row.addEventListener("dragover", (event) => dragged >= 0 && event.preventDefault());
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      if (dragged >= 0) move(dragged, place);
      dragged = -1;
    });
  });

  function read() {
    const given = selects.map((select) => select.value).filter(Boolean);
    order = given.length === selects.length ? given : [...words.keys()];
    draw();
  }

  function draw() {
    rows.forEach((row, place) => {
      const text = words.get(order[place]);
      row.querySelector(".order__text").textContent = text;
      for (const button of row.querySelectorAll("[data-step]")) {
        button.setAttribute("aria-label", button.dataset.words.replace("{option}", text));
        button.disabled = order[place + Number(button.dataset.step)] === undefined;
      }
    });
  }

  function move(from, to, step) {
    if (to < 0 || to >= order.length || from === to) return;
    const [moved] = order.splice(from, 1);
    order.splice(to, 0, moved);
    selects.forEach((select, place) => (select.value = order[place]));
    draw();
    const same = step && rows[to].querySelector(`[data-step="${step}"]`);
    if (same) (same.disabled ? rows[to].querySelector("[data-step]:not(:disabled)") : same).focus();
    status.textContent = status.dataset.words.replace("{option}", words.get(moved)).replace("{place}", to + 1).replace("{count}", order.length);
    selects[to].dispatchEvent(new Event("change", { bubbles: true }));
  }

  form.addEventListener("response-written", read);
  read();
}
