// Between two sections or on a break: clocks that follow the server, and word to it that the page is alive.
const POLL_MS = 10000;
const POLL_SPREAD_MS = 5000;

const page = document.querySelector("[data-intermission]");
const openedAt = performance.now();

function clockText(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value) => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function tick() {
  const elapsed = (performance.now() - openedAt) / 1000;
  const { breakLeft, clockStands, secondsLeft } = page.dataset;
  const ofBreak = breakLeft === undefined ? 0 : Number(breakLeft);
  const still = clockStands === "yes" ? Math.min(elapsed, ofBreak) : 0;
  const left = Number(secondsLeft) - (elapsed - still);
  const clock = document.querySelector("#exam-clock [data-clock-time]");
  if (clock) clock.textContent = clockText(left);
  if (breakLeft !== undefined) {
    document.querySelector("[data-break-clock]").textContent = clockText(ofBreak - elapsed);
    document.querySelector("[data-break-over]").hidden = elapsed < ofBreak;
  }
}

async function poll() {
  try {
    const reply = await fetch(page.dataset.intermission, { cache: "no-store", headers: { Accept: "application/json", "X-Exam-Token": page.dataset.token } });
    if (reply.ok && !(await reply.json()).intermission) location.reload();
  } catch {
    // No connection: the next poll asks again.
  }
  setTimeout(poll, POLL_MS + Math.random() * POLL_SPREAD_MS);
}

document.querySelector("[data-clock-toggle]")?.addEventListener("click", (event) => {
  const hidden = document.querySelector("#exam-clock").toggleAttribute("data-hidden");
  event.currentTarget.setAttribute("aria-pressed", String(hidden));
});
tick();
setInterval(tick, 250);
poll();
