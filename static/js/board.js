// The board refreshes itself every three seconds; it waits while a dialog is open and keeps the focus.
const board = document.querySelector("[data-board]");
const lost = document.querySelector("[data-contact-lost]");
const PERIOD = 3000;

function focusedSeat() {
  return board.contains(document.activeElement) ? document.activeElement.closest("[data-seat]")?.dataset.seat : null;
}

function show(html) {
  const seat = focusedSeat();
  board.innerHTML = html;
  if (seat) board.querySelector(`[data-seat="${seat}"] .seat__action`)?.focus({ preventScroll: true });
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

if (board) setTimeout(keepFresh, PERIOD);
