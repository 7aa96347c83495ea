// The form of an item: typed text is not lost by closing the page, previews open in a window of their own.
const form = document.querySelector("[data-item-draft]");
let changed = form?.dataset.itemDraft === "changed";

form?.addEventListener("input", () => {
  changed = true;
});
form?.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget !== "_blank") changed = false;
});
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
