// How long the text is, in words and characters.
export function enhance(form) {
  const entry = form.querySelector("textarea");
  const count = form.querySelector("[data-words][data-most]");
  if (!entry || !count) return;
  const draw = () => {
    const found = entry.value.trim().match(/\S+/g) || [];
    const values = { words: found.length, characters: entry.value.length, most: count.dataset.most };
    count.textContent = count.dataset.words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
  count.hidden = false;
  entry.addEventListener("input", draw);
  draw();
}
