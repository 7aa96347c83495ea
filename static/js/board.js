// The board refreshes itself every three seconds; it waits while a dialog is open and keeps the focus.
// A tile's button opens the page's one dialog for that act, aimed at its seat.
const board = document.querySelector("[data-board]");
const lost = document.querySelector("[data-contact-lost]");
const PERIOD = 3000;

function focused() {
  const element = document.activeElement;
  if (!board.contains(element)) return null;
  return { seat: element.closest("[data-seat]")?.dataset.seat, act: element.dataset.act };
}

function show(html) {
  const kept = focused();
  board.innerHTML = html;
  if (!kept?.seat) return;
  const seat = board.querySelector(`[data-seat="${kept.seat}"]`);
  const same = kept.act && seat?.querySelector(`[data-act="${kept.act}"]`);
  (same || seat?.querySelector("a.seat__action"))?.focus({ preventScroll: true });
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
  setTimeout(keepFresh, PERIOD);
}
