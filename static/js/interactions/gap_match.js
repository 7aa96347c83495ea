// Words that are used up are struck through; the lists in the text are what is answered with.
export function enhance(form) {
  const field = form.querySelector("[data-gaps]");
  if (!field) return;
  const most = Number(field.dataset.uses);
  const draw = () => {
    const used = [...field.querySelectorAll("select")].map((select) => select.value.split(" ")[1]).filter(Boolean);
    for (const word of field.querySelectorAll("[data-word]")) {
      const full = most > 0 && used.filter((one) => one === word.dataset.word).length >= most;
      word.classList.toggle("bank__word--used", full);
    }
    for (const option of field.querySelectorAll("select option")) {
      const word = option.value.split(" ")[1];
      option.disabled = Boolean(word) && !option.selected && most > 0 && used.filter((one) => one === word).length >= most;
    }
  };
  field.addEventListener("change", draw);
  draw();
}
