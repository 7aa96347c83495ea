// Messages of the proctor: they come with every answer of the server and stay until they are confirmed.
// Loaded when there is the first one.
const region = document.querySelector("[data-messages]");
const confirmed = new Set();

function row(message) {
  const element = region.querySelector("template").content.firstElementChild.cloneNode(true);
  element.dataset.message = message.id;
  element.querySelector("[data-message-text]").textContent = message.text;
  return element;
}

export function show(messages) {
  const list = region.querySelector("[data-message-list]");
  const wanted = messages.filter((message) => !confirmed.has(message.id));
  for (const element of [...list.children]) {
    if (!wanted.some((message) => message.id === element.dataset.message)) element.remove();
  }
  for (const message of wanted) {
    if (!list.querySelector(`[data-message="${CSS.escape(message.id)}"]`)) list.append(row(message));
  }
  region.classList.toggle("messages--there", list.children.length > 0);
}

async function confirm(id) {
  const body = new URLSearchParams({ message_id: id });
  const headers = { "X-CSRFToken": region.dataset.csrf, Accept: "application/json" };
  try {
    const answer = await fetch(region.dataset.messages, { method: "POST", body, headers });
    if (answer.ok) return;
  } catch {
    // Not heard: the message comes back with the next answer of the server.
  }
  confirmed.delete(id);
}

if (region) {
  region.addEventListener("submit", (event) => {
    event.preventDefault();
    const message = event.target.closest("[data-message]");
    const { message: id } = message.dataset;
    confirmed.add(id);
    message.remove();
    region.classList.toggle("messages--there", region.querySelector("[data-message-list]").children.length > 0);
    document.querySelector("#item")?.focus({ preventScroll: true });
    confirm(id);
  });
}
