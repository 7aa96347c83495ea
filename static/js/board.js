// The board refreshes itself every three seconds; it waits while a dialog is open and keeps the focus.
// A tile's button opens the page's one dialog for that act, aimed at its seat. Ticked seats stay ticked
// while the board is renewed; the room's acts are then for them alone.
const board = document.querySelector("[data-board]");
const lost = document.querySelector("[data-contact-lost]");
const all = document.querySelector("[data-tick-all]");
const PERIOD = 3000;
const ticked = new Set();

function focused() {
  const element = document.activeElement;
  if (!board.contains(element)) return null;
  const { act, tick } = element.dataset;
  return { seat: element.closest("[data-seat]")?.dataset.seat, same: tick ? "[data-tick]" : act && `[data-act="${act}"]` };
}

function show(html) {
  const kept = focused();
  board.innerHTML = html;
  drawTicks();
  if (!kept?.seat) return;
  const seat = board.querySelector(`[data-seat="${kept.seat}"]`);
  const same = kept.same && seat?.querySelector(kept.same);
  (same || seat?.querySelector("a.seat__action"))?.focus({ preventScroll: true });
}

// A seat that can no longer be ticked drops out of the choice.
function drawTicks() {
  const boxes = [...board.querySelectorAll("[data-tick]")];
  const there = new Set(boxes.map((box) => box.dataset.tick));
  for (const uid of ticked) if (!there.has(uid)) ticked.delete(uid);
  for (const box of boxes) box.checked = ticked.has(box.dataset.tick);
  if (all) {
    all.checked = boxes.length > 0 && ticked.size === boxes.length;
    all.indeterminate = ticked.size > 0 && !all.checked;
  }
  for (const field of document.querySelectorAll("[data-chosen]")) field.value = [...ticked].join(",");
  for (const words of document.querySelectorAll("[data-scope]")) {
    words.dataset.all ??= words.textContent;
    words.textContent = ticked.size ? words.dataset.some.replace("{count}", ticked.size) : words.dataset.all;
  }
}

async function refresh() {
  if (document.querySelector("dialog[open], details.confirm[open]")) return;
  try {
    const answer = await fetch(board.dataset.board, { cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    show(await answer.text());
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}

async function keepFresh() {
  await refresh();
  setTimeout(keepFresh, PERIOD);
}

// crypto.randomUUID is missing on plain http, which a hall's own server may use.
function commandId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function openAct(button) {
  const dialog = document.querySelector(`[data-act-dialog="${button.dataset.act}"]`);
  const form = dialog.querySelector("form");
  form.reset();
  form.action = button.dataset.actUrl;
  if (form.elements.command_id) form.elements.command_id.value = commandId();
  if (form.elements.request) form.elements.request.value = button.dataset.actRequest;
  dialog.querySelector("[data-act-who]").textContent = button.dataset.actWho;
  dialog.showModal();
}

if (board) {
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) openAct(button);
  });
  board.addEventListener("change", (event) => {
    const { tick } = event.target.dataset;
    if (!tick) return;
    if (event.target.checked) ticked.add(tick);
    else ticked.delete(tick);
    drawTicks();
  });
  all?.addEventListener("change", () => {
    for (const box of board.querySelectorAll("[data-tick]")) {
      if (all.checked) ticked.add(box.dataset.tick);
      else ticked.delete(box.dataset.tick);
    }
    drawTicks();
  });
  setTimeout(keepFresh, PERIOD);
}
