// A filter form that is sent as soon as a choice is made; without this file it has its own button. Controls
// outside the form belong to it by their form attribute; those under data-wait are sent by their button.
for (const form of document.querySelectorAll("[data-filters]")) {
  document.addEventListener("change", (event) => {
    const chosen = event.target.form === form && event.target.matches("select, input[type=checkbox]");
    if (chosen && !event.target.closest("[data-wait]")) form.requestSubmit();
  });
  // Empty fields stay out of the address, so that it can be read and sent to a colleague.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
  });
}
// Filters beside the table are open where there is room for them.
for (const details of document.querySelectorAll("[data-open-wide]")) {
  if (window.matchMedia("(min-width: 64em)").matches) details.open = true;
}
