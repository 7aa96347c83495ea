// The tools on the candidate's desk: each opens beside the item, none of them talks to anybody.
const LOADERS = { calculator: () => import("./calculator.js") };

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("../css/desk.css", import.meta.url).href;
document.head.append(style);

function scratchpadKey(tool) {
  return `synak-scratchpad-${tool.dataset.attempt}`;
}

function prepareScratchpad(tool) {
  const pad = tool.querySelector("textarea");
  try {
    pad.value = sessionStorage.getItem(scratchpadKey(tool)) || "";
  } catch {
    // Storage may be closed by policy: the notes then live as long as the page.
  }
  pad.addEventListener("input", () => {
    try {
      sessionStorage.setItem(scratchpadKey(tool), pad.value);
    } catch {
      // As above.
    }
  });
}

async function prepareSheet(tool) {
  const body = tool.querySelector("[data-sheet]");
  const reply = await fetch(body.dataset.sheet, { headers: { Accept: "text/html" } }).catch(() => null);
  body.innerHTML = reply?.ok ? await reply.text() : "";
  if (!reply?.ok) body.textContent = body.dataset.failed;
  return Boolean(reply?.ok);
}

async function prepare(tool) {
  const name = tool.dataset.tool;
  tool.dataset.ready = "yes";
  if (name === "scratchpad") prepareScratchpad(tool);
  else if (LOADERS[name]) (await LOADERS[name]()).install(tool);
  else if (!(await prepareSheet(tool))) delete tool.dataset.ready;
}

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-open-tool]");
  const closer = event.target.closest("[data-close-tool]");
  if (closer) close(closer.closest("[data-tool]"));
  if (!opener) return;
  opener.closest("details.menu").open = false;
  const tool = document.querySelector(`[data-tool="${opener.dataset.openTool}"]`);
  if (!tool.dataset.ready) await prepare(tool);
  tool.show();
});

document.addEventListener("keydown", (event) => {
  const tool = event.target.closest?.("[data-tool]");
  if (!tool) return;
  // The single keys of the test must not act on what is typed into a tool.
  event.stopPropagation();
  if (event.key === "Escape") close(tool);
}, true);

function close(tool) {
  tool.close();
  document.querySelector(`[data-tools-menu] > summary`)?.focus();
}
