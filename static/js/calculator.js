// A calculator that reads an expression as it is written in a book; nothing is evaluated as code.
const FUNCTIONS = {
  "√": Math.sqrt,
  sin: (degrees) => exact(Math.sin((degrees * Math.PI) / 180)),
  cos: (degrees) => exact(Math.cos((degrees * Math.PI) / 180)),
  tan: (degrees) => (Math.abs(Math.cos((degrees * Math.PI) / 180)) < 1e-12 ? NaN : exact(Math.tan((degrees * Math.PI) / 180))),
  ln: Math.log,
  lg: Math.log10,
};
const BINARY = {
  "+": [1, (a, b) => a + b],
  "−": [1, (a, b) => a - b],
  "×": [2, (a, b) => a * b],
  "÷": [2, (a, b) => (b === 0 ? NaN : a / b)],
  "^": [4, Math.pow],
};
const ALIASES = { "-": "−", "*": "×", "/": "÷", ":": "÷", tg: "tan", sqrt: "√", pi: "π" };
const TOKEN = /\s*(\d+(?:[.,]\d*)?|[.,]\d+|sin|cos|tan|tg|ln|lg|sqrt|pi|[-+−×÷*/:^()√π%])/y;

function exact(value) {
  return Math.abs(value) < 1e-15 ? 0 : value;
}

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(text);
    found.push(ALIASES[match[1]] || match[1]);
  }
  return found;
}

// Precedence climbing (Richards, 1979): sum < product < sign < power; functions bind to what follows.
export function calculate(text) {
  const rest = tokens(text.toLowerCase());
  const value = expression(rest, 1);
  if (rest.length || !Number.isFinite(value)) throw new SyntaxError(text);
  return value;
}

function expression(rest, least) {
  let left = signed(rest);
  while (rest.length && BINARY[rest[0]]?.[0] >= least) {
    const [rank, apply] = BINARY[rest.shift()];
    left = apply(left, expression(rest, rank === 4 ? 4 : rank + 1));
  }
  return left;
}

function signed(rest) {
  if (rest[0] === "−") {
    rest.shift();
    return -expression(rest, 3);
  }
  return percent(rest, operand(rest));
}

function percent(rest, value) {
  if (rest[0] !== "%") return value;
  rest.shift();
  return value / 100;
}

function operand(rest) {
  const token = rest.shift();
  if (token === "(") {
    const inside = expression(rest, 1);
    if (rest.shift() !== ")") throw new SyntaxError("(");
    return inside;
  }
  if (token === "π") return Math.PI;
  if (FUNCTIONS[token]) return FUNCTIONS[token](signed(rest));
  if (token !== undefined && /^[\d.,]/.test(token)) return Number(token.replace(",", "."));
  throw new SyntaxError(String(token));
}

export function install(tool) {
  const entry = tool.querySelector("[data-entry]");
  const result = tool.querySelector("[data-result]");
  const write = (value) => String(Number(value.toPrecision(12))).replace(".", tool.dataset.decimal).replace("-", "−");
  const solve = () => {
    if (!entry.value.trim()) return;
    try {
      result.textContent = `= ${write(calculate(entry.value))}`;
    } catch {
      result.textContent = tool.dataset.mistake;
    }
  };
  tool.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key === undefined) return;
    if (key === "=") solve();
    else if (key === "C") entry.value = result.textContent = "";
    else if (key === "back") entry.value = entry.value.slice(0, -1);
    else entry.setRangeText(key, entry.selectionStart, entry.selectionEnd, "end");
    entry.focus();
  });
  tool.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    solve();
  });
}
