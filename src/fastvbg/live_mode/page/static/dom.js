// Small helpers: elements, refusals beside what caused them, and what is kept in this browser.

export const byId = (id) => document.getElementById(id);

/** Return a new element; properties are set, `on` listens, children are appended. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
    else if (name === "class") node.className = value;
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(label, pressed, click, props = {}) {
  return el("button", { type: "button", "aria-pressed": String(pressed), on: { click }, ...props }, label);
}

export function press(group, chosen) {
  for (const each of group.querySelectorAll("button[data-value]")) {
    each.setAttribute("aria-pressed", String(each.dataset.value === chosen));
  }
}

/** Show why something was refused next to what caused it, or take that away. */
export function refusal(about, message) {
  const all = [...document.querySelectorAll(".refusal")];
  const node = all.find((each) => each.dataset.about === about)
    ?? all.find((each) => each.dataset.about === about.split(".")[0])
    ?? all.find((each) => each.dataset.about === "");
  node.textContent = message;
  node.hidden = !message;
}

export const kept = {
  get(name, otherwise) {
    try { return JSON.parse(localStorage.getItem(`fastvbg.${name}`)) ?? otherwise; } catch { return otherwise; }
  },
  set(name, value) {
    try { localStorage.setItem(`fastvbg.${name}`, JSON.stringify(value)); } catch { /* private window */ }
  },
};

export const isTyping = (target) =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]):not([type=range]), select, textarea");
