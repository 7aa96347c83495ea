// Regions of a picture, drawn with the pointer or written as numbers; the numbers are what is sent.
const SVG = "http://www.w3.org/2000/svg";

const find = (selector, root) => root.querySelector(selector);
const all = (selector, root) => [...root.querySelectorAll(selector)];
const shapeOf = (form, name) => form.elements[`region.${name}.shape`]?.value || "rect";
const numbersOf = (field) => (field.value.match(/\d+/g) || []).map(Number);

function element(shape, numbers) {
  const make = (tag, attributes) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const [a, b, c, d] = numbers;
  if (shape === "rect" && numbers.length === 4) return make("rect", { x: Math.min(a, c), y: Math.min(b, d), width: Math.abs(c - a), height: Math.abs(d - b) });
  if (shape === "circle" && numbers.length === 3) return make("circle", { cx: a, cy: b, r: c });
  if (shape === "ellipse" && numbers.length === 4) return make("ellipse", { cx: a, cy: b, rx: c, ry: d });
  if (shape === "poly" && numbers.length >= 4) return make("polygon", { points: numbers.join(" ") });
  return null;
}

export function drawRegions(form) {
  const place = find("[data-regions]", form);
  if (!place) return;
  place.replaceChildren();
  const height = find("[data-hotspot]", form).viewBox.baseVal.height;
  for (const field of all("[data-coordinates]", form)) {
    const name = field.dataset.coordinates;
    const numbers = numbersOf(field);
    const drawn = element(shapeOf(form, name), numbers);
    if (!drawn) continue;
    drawn.setAttribute("class", form.elements[`correct.${name}`]?.checked ? "region region--key" : "region");
    const words = document.createElementNS(SVG, "text");
    words.setAttribute("x", numbers[0]);
    words.setAttribute("y", Math.max(numbers[1], height / 16));
    words.setAttribute("font-size", height / 16);
    words.setAttribute("class", "region__name");
    words.textContent = name;
    place.append(drawn, words);
  }
}

function pointIn(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const box = svg.viewBox.baseVal;
  const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
  return [within(point.x, box.width), within(point.y, box.height)];
}

function drawn(shape, [x, y], [left, top]) {
  if (shape === "rect") return [Math.min(left, x), Math.min(top, y), Math.max(left, x), Math.max(top, y)];
  if (shape === "circle") return [left, top, Math.round(Math.hypot(x - left, y - top))];
  return [left, top, Math.abs(x - left), Math.abs(y - top)];
}

export function startDrawing(form, note) {
  const svg = find("[data-hotspot]", form);
  form.addEventListener("input", () => drawRegions(form));
  if (!svg) return;
  let start = null;
  const chosen = () => find("[data-draw]:checked", form)?.dataset.draw;
  const write = (name, numbers) => {
    form.elements[`region.${name}.coordinates`].value = numbers.join(", ");
    drawRegions(form);
    note();
  };
  svg.addEventListener("pointerdown", (event) => {
    const name = chosen();
    if (!name) return;
    event.preventDefault();
    const point = pointIn(svg, event);
    if (shapeOf(form, name) === "poly") {
      write(name, [...numbersOf(form.elements[`region.${name}.coordinates`]), ...point]);
      return;
    }
    start = point;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (start) write(chosen(), drawn(shapeOf(form, chosen()), pointIn(svg, event), start));
  });
  svg.addEventListener("pointerup", () => {
    start = null;
  });
}
