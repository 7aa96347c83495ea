// The candidate's test: one command at a time goes to the server and is repeated until it is heard;
// the clock follows the server; an answer that is not yet heard survives a reload of the page.
import { confirmAction } from "./dialogs.js";
import { matchesKey } from "./help.js";
import { enhance, watchResponse, writeResponse } from "./response.js";

const POLL_MS = 10000;
const POLL_SPREAD_MS = 5000;
const LONGEST_ATTENTION_QUEUE = 200;
const TIMEOUT_MS = 15000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30000;
const WARN_SECONDS = [1800, 600, 300, 60];
const RUNNING_OUT_SECONDS = 300;

const find = (selector, root = document) => root.querySelector(selector);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const dataElement = find("#exam-data");
if (dataElement) runTest(JSON.parse(dataElement.textContent));

// Heartbeats of a whole room must not fall on one moment: each waits 10 to 15 seconds anew.
function repeatedly(task) {
  const next = () => setTimeout(() => Promise.resolve(task()).finally(next), POLL_MS + Math.random() * POLL_SPREAD_MS);
  next();
}

// crypto.randomUUID is missing on plain http pages of a site's own network; getRandomValues is not.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function runTest(data) {
  const { words, urls } = data;
  const storeKey = `synak-unsaved-${data.attempt}`;
  const unsaved = new Map(readUnsaved());
  const struck = new Map();
  const form = find("[data-item-form]");
  const given = watchResponse(form, (parts) => {
    if (!item) return;
    item.response = parts;
    note(item.presentation_id, parts);
  });
  const message = find("#exam-message");
  const curtain = find("[data-curtain]");
  let item = data.item;
  let progress = data.progress;
  let heardAt = performance.now();
  let warnedAt = Infinity;
  let left = false;
  let stopped = false;
  let moving = false;
  let askedAtZero = false;
  let timeIsUp = false;
  let stored = true;
  let refusal = "";
  const sequences = new Map();
  let queue = Promise.resolve();
  let attention = Promise.resolve();
  let noted = 0;
  let heardClock = Date.now();
  let roundTrip = 0;
  let signer = null;
  let lateAnswers = null;
  if (data.desk) import("./desk.js");
  import("./signed-answers.js").then((loaded) => {
    lateAnswers = loaded.sendLate;
    signer = loaded.signer(data, () => ({ heard_at: progress.server_now, elapsed_ms: performance.now() - heardAt, wall_ms: Date.now() - heardClock, rtt_ms: roundTrip }));
  });

  function readUnsaved() {
    try {
      return JSON.parse(sessionStorage.getItem(storeKey)) || [];
    } catch {
      return [];
    }
  }

  function keepUnsaved() {
    try {
      stored = true;
      if (unsaved.size) sessionStorage.setItem(storeKey, JSON.stringify([...unsaved]));
      else sessionStorage.removeItem(storeKey);
    } catch {
      stored = false;
      // Storage may be closed by policy; the queue in memory still repeats until it is heard.
    }
  }

  // Talking to the server
  async function request(url, body) {
    const options = { cache: "no-store", credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json", "X-Exam-Token": data.token } };
    if (body) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    const began = performance.now();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const reply = await fetch(url, { ...options, signal: abort.signal });
      roundTrip = performance.now() - began;
      const json = (reply.headers.get("Content-Type") || "").includes("json") ? await reply.json() : null;
      return { status: reply.type === "opaqueredirect" ? 401 : reply.status, json };
    } finally {
      clearTimeout(timer);
    }
  }

  // Repeat one command, under one command_id, until the server answers it. Resolves to the reply.
  async function deliver(url, body) {
    const command = { ...body, lease: data.lease, command_id: uuid() };
    for (let delay = FIRST_RETRY_MS; !stopped; delay = Math.min(delay * 2, LONGEST_RETRY_MS)) {
      const answer = await request(url, command).catch(() => null);
      if (answer?.json && (answer.status === 200 || answer.status === 409)) {
        hear(answer.json);
        if (answer.json.error !== "attempt-paused") return answer.json;
      } else if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
        return halt(answer.status === 401 || answer.status === 400 ? words.signed_out : words.stopped);
      } else {
        if (unsaved.size) showSave("retrying", (stored ? words.kept : words.unkept).replace("{server}", progress.answered).replace("{local}", unsaved.size));
        say(timeIsUp ? words.time_up : words.waiting);
      }
      await wait(delay * (0.75 + Math.random() / 2));
    }
    return null;
  }

  function halt(text) {
    stopped = true;
    say(text);
    if (unsaved.size) showSave("retrying", words.retrying);
    find("#item").inert = true;
    return null;
  }

  function inTurn(task) {
    queue = queue.then(task, task);
    return queue;
  }

  function hear(reply) {
    if (reply.status === undefined) return;
    // A reply that was overtaken by a newer one must move neither the state nor the clock.
    if (reply.sequence >= progress.sequence) {
      progress = reply;
      heardAt = performance.now();
      heardClock = Date.now();
    }
    if (reply.messages?.length) import("./messages.js").then((page) => page.show(reply.messages));
    if (message.textContent === words.waiting) say("");
    if (reply.status === "finished") {
      end();
      return;
    }
    // Between sections and on a break there is no item: the attempt's own page says what comes next.
    if (reply.intermission && !unsaved.size) {
      leave(urls.attempt);
      return;
    }
    if (reply.error === "other-device") sendLate();
    if (reply.error === "lease-lost" || reply.error === "other-device") halt(reply.message);
    else if (reply.error && reply.error !== "attempt-paused") say(reply.message);
    if (timeIsUp && progress.seconds_left > 1 && !stopped) timeIsUp = find("#item").inert = false;
    const paused = progress.status === "paused";
    if (curtain.hidden === paused) {
      curtain.hidden = !paused;
      find("#item").inert = paused;
      if (paused) curtain.focus();
      else if (!item) reread();
    }
    drawProgress();
  }

  // What the server had not heard when the test was over goes there signed, for a reviewer to decide.
  async function end() {
    if (left) return;
    left = stopped = true;
    await sendLate();
    leave(urls.result);
  }

  const sendLate = () => lateAnswers?.([...unsaved.values()], (entries) => request(urls.queue, { lease: data.lease, entries }), () => say(words.time_up));

  function leave(url) {
    unsaved.clear();
    keepUnsaved();
    left = true;
    stopped = true;
    location.assign(url);
  }

  async function poll() {
    if (stopped) return;
    const asked = performance.now();
    const answer = await request(`${urls.state}?rtt=${Math.round(roundTrip)}`).catch(() => null);
    if (answer) roundTrip = Math.round(performance.now() - asked);
    if (answer?.json && (answer.status === 200 || answer.status === 409)) hear(answer.json);
    else say(answer && [400, 401, 403].includes(answer.status) ? words.signed_out : words.waiting);
  }

  async function reread() {
    const answer = await request(`${urls.state}?item=1`).catch(() => null);
    if (answer?.status !== 200 || !answer.json) return;
    hear(answer.json);
    if (answer.json.item) showItem(answer.json.item);
  }

  // Saving
  function note(presentation, response) {
    const known = Math.max(sequences.get(presentation) || 0, unsaved.get(presentation)?.client_sequence || 0);
    const entry = { response, client_sequence: known + 1, client_time: new Date().toISOString() };
    entry.signed = signer?.({ kind: "save", command_id: uuid(), presentation_id: presentation, ...entry });
    sequences.set(presentation, entry.client_sequence);
    unsaved.set(presentation, entry);
    keepUnsaved();
    showSave("saving", words.saving);
    return inTurn(() => send(presentation));
  }

  async function send(presentation) {
    const entry = unsaved.get(presentation);
    if (!entry || stopped) return;
    const { signed: _, ...fields } = entry;
    const reply = await deliver(urls.save, { presentation_id: presentation, ...fields });
    // Another window writes now: the answer stays here, to be sent if this page takes over again.
    if (!reply || reply.error === "lease-lost" || reply.error === "other-device") return;
    if (unsaved.get(presentation) === entry) unsaved.delete(presentation);
    keepUnsaved();
    if (reply.error) {
      showSave("retrying", reply.message);
      refusal = reply.message;
      // What does not fit the item stays on the page, to be mended there.
      if (reply.error !== "invalid-response") await reread();
      return;
    }
    heardOf(reply.saved, unsaved.has(presentation));
    if (refusal && message.textContent === refusal) say("");
    if (!unsaved.size) showSave("saved", words.saved.replace("{time}", siteTime(reply.saved_at || reply.server_now)));
  }

  function heardOf(saved, newer) {
    sequences.set(saved.presentation_id, Math.max(saved.client_sequence, sequences.get(saved.presentation_id) || 0));
    if (newer || !item || item.presentation_id !== saved.presentation_id) return;
    item.response = saved.response;
  }

  function siteTime(instant) {
    const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: data.timezone };
    return new Intl.DateTimeFormat("ru", parts).format(new Date(instant));
  }

  function showSave(state, text) {
    const element = find("#save-state");
    element.dataset.state = state;
    find("[data-save-words]", element).textContent = text;
  }

  function say(text) {
    if (message.textContent !== text) message.textContent = text;
  }

  // Attention
  // Evidence goes its own way, so that it never holds an answer up; what is noted offline waits.
  function noteAttention(change) {
    if (stopped || noted >= LONGEST_ATTENTION_QUEUE) return;
    // A clock that is off by more than decades is told as zero: evidence must never stop a test.
    const apart = Math.round((heardClock - Date.parse(progress.server_now)) / 1000);
    const skew = Math.abs(apart) < 2 ** 31 ? apart : 0;
    const body = { change, client_time: new Date().toISOString(), client_skew: skew };
    const task = () => deliver(urls.attention, body).finally(() => (noted -= 1));
    noted += 1;
    attention = attention.then(task, task);
  }

  // Moving
  async function move(task) {
    given.flush();
    if (moving || stopped || progress.status !== "in_progress") return;
    moving = true;
    try {
      await inTurn(task);
    } finally {
      moving = false;
      drawProgress();
    }
  }

  function place() {
    return item?.position || progress.position;
  }

  function locked(position) {
    return progress.cells[position - 1]?.disabled || false;
  }

  function open(position) {
    if (position < 1 || position > progress.length || position === item?.position || locked(position)) return;
    move(async () => {
      const reply = await deliver(urls.open_item, { position });
      if (reply?.item) showItem(reply.item);
    });
  }

  function confirmItem() {
    if (!item || progress.complete) return;
    if (!given.read().length) {
      say(words.choose);
      return;
    }
    move(async () => {
      const reply = await deliver(urls.confirm, { presentation_id: item.presentation_id });
      if (!reply || reply.error) return;
      if (reply.item) showItem(reply.item);
      else if (reply.complete) showComplete();
      else await reread();
    });
  }

  function toggleFlag() {
    if (!item) return;
    const { presentation_id, flagged } = item;
    move(async () => {
      const reply = await deliver(urls.flag, { presentation_id, flagged: !flagged });
      if (reply?.saved && item.presentation_id === presentation_id) item.flagged = reply.saved.flagged;
    });
  }

  async function finish() {
    given.flush();
    await queue;
    find("#navigator")?.close();
    const agreed = await confirmAction({ text: progress.consequence, title: words.finish_title, label: words.finish, irreversible: true });
    if (agreed) await move(() => deliver(urls.finish, {}));
  }

  async function leaveSection() {
    await queue;
    const agreed = await confirmAction({ text: words.leave_text, title: words.leave_title, label: words.leave, irreversible: true });
    if (agreed) await move(() => deliver(urls.leave_section, {}));
  }

  async function takeBreak() {
    await queue;
    const agreed = await confirmAction({ text: words.break_text, title: words.break_title, label: words.break });
    if (agreed) await move(() => deliver(urls.take_break, {}));
  }

  async function callProctor() {
    const reply = await inTurn(() => deliver(urls.call_proctor, {}));
    if (reply && !reply.error) say(words.helped);
  }

  // Showing
  function showItem(next) {
    item = next;
    sequences.set(item.presentation_id, Math.max(item.client_sequence, sequences.get(item.presentation_id) || 0));
    const response = unsaved.get(item.presentation_id)?.response || item.response;
    if (message.textContent === words.choose) say("");
    form.hidden = false;
    find("[data-complete]").hidden = true;
    form.innerHTML = item.html;
    showStimulus(item.stimulus);
    showForm(response);
    drawProgress();
    const pane = find("#item");
    pane.scrollTop = 0;
    pane.focus();
  }

  function showForm(response) {
    if (response.join("\n") !== item.response.join("\n")) writeResponse(form, response);
    given.know();
    enhance(form, item);
    for (const row of form.querySelectorAll("[data-option]")) drawStrike(row, struck.get(item.presentation_id)?.has(row.dataset.option) || false);
  }

  function drawStrike(row, on) {
    row.classList.toggle("option--struck", on);
    find("[data-strike]", row)?.setAttribute("aria-pressed", String(on));
  }

  function toggleStrike(row) {
    const options = struck.get(item.presentation_id) || new Set();
    if (!options.delete(row.dataset.option)) options.add(row.dataset.option);
    struck.set(item.presentation_id, options);
    drawStrike(row, options.has(row.dataset.option));
  }

  function showStimulus(stimulus) {
    const pane = find("[data-stimulus]");
    const panes = find("[data-panes]");
    pane.hidden = find("[data-switch]").hidden = !stimulus;
    panes.classList.toggle("exam-panes--split", Boolean(stimulus));
    if (!stimulus) {
      delete panes.dataset.show;
      pane.replaceChildren();
      return;
    }
    showPane("item");
    const title = document.createElement("h2");
    title.textContent = stimulus.title;
    const text = document.createElement("div");
    text.innerHTML = stimulus.html;
    // The text stays where the reader left it while the items belong to the same stimulus.
    if (pane.dataset.title !== stimulus.title || !pane.children.length) pane.replaceChildren(title, text);
    pane.dataset.title = stimulus.title;
  }

  function showPane(name) {
    find("[data-panes]").dataset.show = name;
    for (const button of document.querySelectorAll("[data-show-pane]")) button.setAttribute("aria-pressed", String(button.dataset.showPane === name));
  }

  function showComplete() {
    form.hidden = true;
    find("[data-complete]").hidden = false;
    showStimulus(null);
    drawProgress();
  }

  function drawProgress() {
    const fixed = progress.mode === "fixed";
    const position = place();
    find("[data-place]").textContent = fixed ? `${position} / ${progress.length}` : words.item.replace("{number}", position);
    const consequence = find("[data-consequence]");
    if (consequence) consequence.textContent = progress.consequence;
    disable("[data-previous]", position <= 1 || locked(position - 1));
    disable("[data-next]", position >= progress.length || locked(position + 1));
    disable("[data-confirm-item]", progress.complete);
    const flag = find("[data-flag]");
    if (flag && item) flag.setAttribute("aria-pressed", String(item.flagged));
    for (const cell of progress.cells) drawCell(cell, position);
  }

  function disable(selector, on) {
    const button = find(selector);
    if (button) button.disabled = on;
  }

  function drawCell(cell, position) {
    const button = find(`[data-navigator] [data-position="${cell.number}"]`);
    if (!button) return;
    button.className = `navigator__cell navigator__cell--${cell.state}${cell.flagged ? " navigator__cell--flagged" : ""}`;
    if (cell.number === position) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
    button.setAttribute("aria-disabled", String(cell.disabled));
    const spoken = [words[cell.state], ...(cell.flagged ? [words.flagged] : [])].join(", ");
    find(".visually-hidden", button).textContent = `, ${spoken}`;
  }

  function tick() {
    if (progress.seconds_left === null || left) return;
    const elapsed = progress.status === "paused" ? 0 : (performance.now() - heardAt) / 1000;
    const seconds = Math.max(0, Math.ceil(progress.seconds_left - elapsed));
    drawClock(seconds);
    const over = drawScope(elapsed);
    const due = WARN_SECONDS.filter((limit) => seconds <= limit && limit < warnedAt).pop();
    if (due && seconds > 0) {
      warnedAt = due;
      say(words.minutes.replace("{minutes}", String(Math.ceil(seconds / 60))));
    }
    if (seconds === 0 && progress.status === "in_progress" && !timeIsUp) {
      // The page locks by itself; what it still holds goes first, then the end.
      timeIsUp = find("#item").inert = true;
      given.flush();
      say(words.time_up);
      inTurn(() => deliver(urls.finish, { timed: true }));
    }
    if (over && !askedAtZero) {
      askedAtZero = true;
      poll().finally(() => setTimeout(() => (askedAtZero = false), 2000));
    }
  }

  // The limit of the item, or else of the section, under the clock of the test; true when it has passed.
  function drawScope(elapsed) {
    const ofItem = progress.item_seconds_left !== null;
    const limit = ofItem ? progress.item_seconds_left : progress.section_seconds_left;
    const scope = find("[data-scope-clock]");
    if (!scope || limit === null) return false;
    const seconds = Math.max(0, Math.ceil(limit - elapsed));
    scope.textContent = (ofItem ? words.item_time : words.section_time).replace("{time}", clockText(seconds));
    scope.toggleAttribute("data-running-out", seconds <= (ofItem ? 10 : 60));
    return seconds === 0;
  }

  function clockText(seconds) {
    const two = (value) => String(value).padStart(2, "0");
    return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  function drawClock(seconds) {
    const clock = find("#exam-clock");
    if (!clock) return;
    find("[data-clock-time]", clock).textContent = clockText(seconds);
    clock.toggleAttribute("data-running-out", seconds <= RUNNING_OUT_SECONDS);
  }

  // Hearing the candidate
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    if (on("[data-strike]")) toggleStrike(on("[data-option]"));
    else if (on("[data-navigator] [data-position]")) {
      find("#navigator").close();
      open(Number(on("[data-position]").dataset.position));
    } else if (on("[data-previous]")) open(place() - 1);
    else if (on("[data-next]")) open(place() + 1);
    else if (on("[data-flag]")) toggleFlag();
    else if (on("[data-confirm-item]")) confirmItem();
    else if (on("[data-finish]")) finish();
    else if (on("[data-help]")) callProctor();
    else if (on("[data-leave-section]")) leaveSection();
    else if (on("[data-break]")) takeBreak();
    else if (on("[data-show-pane]")) showPane(on("[data-show-pane]").dataset.showPane);
    else if (on("[data-clock-toggle]")) toggleClock(on("[data-clock-toggle]"));
  });

  function toggleClock(button) {
    const hidden = find("#exam-clock").toggleAttribute("data-hidden");
    button.setAttribute("aria-pressed", String(hidden));
  }

  const KEYS = { ArrowLeft: "[data-previous]", ArrowRight: "[data-next], [data-confirm-item]" };
  document.addEventListener("keydown", (event) => {
    const busy = event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat;
    if (busy || find("dialog[open]") || !curtain.hidden || document.documentElement.dataset.shortcuts === "off") return;
    // In a group of radio buttons the arrows choose an answer, in a text every key writes.
    if (event.target.matches("select, textarea, input:not([type=radio], [type=checkbox])")) return;
    if (event.target.matches("input, [data-own-arrows]") && event.key.startsWith("Arrow")) return;
    const target = keyTarget(event);
    if (!target) return;
    event.preventDefault();
    target.click();
  });

  function keyTarget(event) {
    if (KEYS[event.key]) return find(KEYS[event.key]);
    if (/^[1-9]$/.test(event.key)) return form.querySelectorAll("[data-option] > input")[Number(event.key) - 1];
    if (matchesKey(event, "F")) return find("[data-flag]");
    if (matchesKey(event, "L")) return find("button[data-dialog=navigator]");
    if (matchesKey(event, "H")) return find("[data-help]");
    return null;
  }

  window.addEventListener("beforeunload", (event) => {
    if (unsaved.size && !left) event.preventDefault();
  });
  window.addEventListener("online", poll);
  document.addEventListener("visibilitychange", () => {
    given.flush();
    noteAttention(document.hidden ? "hidden" : "visible");
  });
  window.addEventListener("blur", () => noteAttention("blur"));
  window.addEventListener("focus", () => noteAttention("focus"));
  // A page out of the back-forward cache holds an old lease and old answers.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  if (item) {
    sequences.set(item.presentation_id, item.client_sequence);
    showForm(unsaved.get(item.presentation_id)?.response || item.response);
  }
  for (const presentation of unsaved.keys()) inTurn(() => send(presentation));
  find("#item").inert = progress.status === "paused";
  drawProgress();
  tick();
  setInterval(tick, 250);
  repeatedly(poll);
  poll();
}
