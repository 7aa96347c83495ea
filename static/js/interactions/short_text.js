// Letters that a keyboard may lack are put where the cursor stands.
export function enhance(form) {
  const letters = form.querySelector("[data-letters]");
  const entry = form.querySelector("input.answer-input");
  if (!letters || !entry) return;
  letters.hidden = false;
  letters.addEventListener("click", (event) => {
    const letter = event.target.closest("[data-letter]")?.dataset.letter;
    if (!letter || entry.value.length >= entry.maxLength) return;
    entry.setRangeText(letter, entry.selectionStart, entry.selectionEnd, "end");
    entry.focus();
    entry.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
