// A press on a region of the picture is a press on its entry in the list.
export function enhance(form) {
  const field = form.querySelector("[data-hotspot]");
  if (!field) return;
  const input = (region) => field.querySelector(`[data-option] > input[value="${region}"]`);
  const draw = () => {
    for (const shape of field.querySelectorAll("[data-region]")) shape.classList.toggle("hotspot__chosen", input(shape.dataset.region).checked);
  };
  field.addEventListener("click", (event) => {
    const shape = event.target.closest("[data-region]");
    if (shape && !input(shape.dataset.region).disabled) input(shape.dataset.region).click();
  });
  field.addEventListener("change", draw);
  form.addEventListener("response-written", draw);
  draw();
}
