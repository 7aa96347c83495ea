// Measures this computer for a test, sends what was measured and shows what the server makes of it.
const block = document.querySelector("[data-readiness]");
const status = block.querySelector("[data-readiness-status]");
const list = block.querySelector("[data-readiness-list]");
const measured = { screen: [window.innerWidth, window.innerHeight], sound: null };

async function distance() {
  let best = null;
  for (let n = 0; n < 5; n += 1) {
    const before = performance.now();
    const answer = await fetch(block.dataset.time, { cache: "no-store" });
    const { now_ms: serverNow } = await answer.json();
    const trip = performance.now() - before;
    if (!best || trip < best.trip) best = { trip, offset: Date.now() - trip / 2 - serverNow };
  }
  measured.round_trip_ms = best.trip;
  measured.clock_offset_ms = best.offset;
}

async function speed() {
  const before = performance.now();
  const answer = await fetch(block.dataset.speed, { cache: "no-store" });
  const { byteLength } = await answer.arrayBuffer();
  measured.kbit_per_second = (byteLength * 8) / (performance.now() - before);
}

function storage() {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open("synak-readiness", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("probe");
      opening.onerror = () => resolve(false);
      opening.onsuccess = () => {
        const database = opening.result;
        const writing = database.transaction("probe", "readwrite");
        writing.objectStore("probe").put("kept", "word");
        writing.oncomplete = () => { database.close(); indexedDB.deleteDatabase("synak-readiness"); resolve(true); };
        writing.onerror = () => resolve(false);
      };
    } catch {
      resolve(false);
    }
  });
}

async function report() {
  try {
    const answer = await fetch(block.dataset.readiness, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": block.dataset.token },
      body: JSON.stringify(measured),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
  } catch {
    status.textContent = block.dataset.failed;
  }
}

function show(findings) {
  const words = { ready: block.dataset.ready, attention: block.dataset.attention, blocked: block.dataset.blocked };
  const order = ["ready", "attention", "blocked"];
  const worst = findings.reduce((found, one) => Math.max(found, order.indexOf(one.level)), 0);
  status.textContent = words[order[worst]];
  list.replaceChildren(...findings.map((one) => {
    const line = document.createElement("li");
    line.dataset.level = one.level;
    line.dataset.check = one.check;
    const level = document.createElement("b");
    level.textContent = words[one.level];
    const sentence = document.createElement("span");
    sentence.textContent = one.words;
    line.append(level, sentence);
    return line;
  }));
}

function tone() {
  const context = new (window.AudioContext || window.webkitAudioContext)();
  const source = context.createOscillator();
  const volume = context.createGain();
  volume.gain.value = 0.2;
  source.frequency.value = 660;
  source.connect(volume).connect(context.destination);
  source.start();
  source.stop(context.currentTime + 1);
}

block.querySelector("[data-tone]").addEventListener("click", tone);
block.querySelectorAll("[data-heard]").forEach((button) => button.addEventListener("click", () => {
  measured.sound = button.dataset.heard === "yes";
  report();
}));

try {
  await distance();
  await speed();
} catch { /* what could not be measured is told as such */ }
measured.storage = await storage();
measured.safe_exam_browser = window.SafeExamBrowser?.version || "";
await report();
