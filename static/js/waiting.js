// A page that waits for a decision asks now and then, and reloads when the answer has changed.
const waiting = document.querySelector("[data-waiting]");
const EVERY_MS = 5000;

async function ask() {
  const { waiting: url, status, token } = waiting.dataset;
  const headers = { Accept: "application/json", ...(token && { "X-Exam-Token": token }) };
  try {
    const reply = await fetch(url, { cache: "no-store", headers });
    if (!reply.ok) return;
    const heard = await reply.json();
    if (heard.messages?.length) import("./messages.js").then((page) => page.show(heard.messages));
    if (heard.status !== status) location.reload();
  } catch {
    // No connection: the next question may be heard.
  }
}

// The questions of a whole room must not fall on one moment.
function again() {
  const every = Number(waiting.dataset.every) || EVERY_MS;
  setTimeout(() => ask().finally(again), every * (1 + Math.random() / 2));
}

if (waiting) {
  again();
  ask();
}
