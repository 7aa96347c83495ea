// Dialogs: [data-dialog="id"] opens one, [data-dialog-close] closes it; forms with data-confirm ask first;
// <details data-confirm-dialog> becomes a modal dialog. All of them work as plain HTML without this file.
const confirmation = document.querySelector("#confirmation");

function fill(element, text) {
  element.textContent = text || element.dataset.default || "";
}

// Ask in words what will happen. Resolves to true only by the button that says so.
export function confirmAction({ text, title, label, irreversible = false }) {
  const yes = confirmation.querySelector("[data-confirmation-yes]");
  fill(confirmation.querySelector("#confirmation-title"), title);
  fill(confirmation.querySelector("#confirmation-text"), text);
  fill(yes, label);
  yes.classList.toggle("button--danger", irreversible);
  return new Promise((resolve) => {
    let agreed = false;
    const agree = () => {
      agreed = true;
      confirmation.close();
    };
    yes.addEventListener("click", agree);
    confirmation.addEventListener(
      "close",
      () => {
        yes.removeEventListener("click", agree);
        resolve(agreed);
      },
      { once: true },
    );
    confirmation.showModal();
    confirmation.querySelector("[data-dialog-close]").focus();
  });
}

function wording(source) {
  const { confirm, confirmTitle, confirmLabel, confirmTone } = source.dataset;
  return { text: confirm, title: confirmTitle, label: confirmLabel, irreversible: confirmTone === "danger" };
}

const confirmed = new WeakSet();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const submitter = event.submitter;
  const source = submitter?.dataset.confirm ? submitter : form;
  if (!source.dataset.confirm || confirmed.delete(form)) return;
  event.preventDefault();
  if (!(await confirmAction(wording(source)))) return;
  confirmed.add(form);
  form.requestSubmit(submitter);
});

function showDetailsAsDialog(details) {
  const body = details.querySelector(".confirm__body");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", body.getAttribute("aria-label"));
  dialog.append(body);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    details.append(body);
    dialog.remove();
  });
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  const summary = target.closest("[data-confirm-dialog] > summary");
  if (summary) {
    event.preventDefault();
    showDetailsAsDialog(summary.parentElement);
    return;
  }
  const opener = target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog).showModal();
    return;
  }
  if (target.closest("[data-dialog-close]")) target.closest("dialog")?.close();
});

document.querySelector("[data-focus]")?.focus();
