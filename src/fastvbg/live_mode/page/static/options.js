// Controls made from the descriptions of options, so that what a mask can do is what is shown.

import { button, el, press } from "./dom.js";
import { upload } from "./link.js";

const MOST_BUTTONS = 3;

/** Return a control: `node`, and `update(value)`, which shows what the server says. */
export function control(told, about, link) {
  const change = (value, rest = null) => { link.set(about, value, rest); mark(value); };
  const id = `option-${about.replace(".", "-")}`;
  const reset = el("button", { type: "button", class: "reset", hidden: true, title: `Back to ${told.default ?? "automatic"}` }, "Reset");
  const value = el("span", { class: "value" });
  const form = (FORMS[told.form] ?? text)(told, id, change, value, about);
  const mark = (now) => { reset.hidden = told.form === "file" ? now === null || told.words.includes(now) : same(now, told.default); };
  reset.addEventListener("click", () => { form.show(told.default); change(null, 0); mark(told.default); });
  const node = el("div", { class: "option" },
    form.whole ?? el("div", { class: "row" }, el("label", { htmlFor: id }, told.label), el("span", {}, value, reset)),
    form.entry,
    el("p", { class: "help", id: `${id}-help` }, helpOf(told)),
    el("p", { class: "refusal", "data-about": about, role: "alert", hidden: true }));
  (form.input ?? form.described)?.setAttribute("aria-describedby", `${id}-help`);
  return {
    node,
    update(now) {
      if (link.isChanging(about) || (document.activeElement === form.input && form.input.type === "text")) return;
      form.show(now);
      mark(now);
    },
  };
}

const same = (one, other) => (one ?? null) === (other ?? null);

function helpOf(told) {
  const bounds = told.form === "number" && told.high < 2 ** 20 ? ` ${told.above ? "Above " : ""}${told.low} to ${told.high}.` : "";
  return told.help + bounds;
}

function slider(told, id, change, value) {
  const step = told.whole ? 1 : (told.high - told.low) / 500;
  const input = el("input", { type: "range", id, min: told.low, max: told.high, step });
  const show = (now) => {
    input.value = now ?? told.default ?? told.low;
    fill(input);
    value.textContent = now ?? "automatic";
  };
  input.addEventListener("input", () => { const now = Number(input.value); show(now); change(now); });
  return { input, entry: el("div", { class: "entry" }, input), show };
}

/** Colour a slider up to its thumb. */
export function fill(input) {
  const share = (Number(input.value) - Number(input.min)) / (Number(input.max) - Number(input.min));
  input.style.setProperty("--share", `${100 * share}%`);
}

function number(told, id, change, value) {
  const most = told.high < 2 ** 20 ? { max: told.high } : {};
  const input = el("input", { type: "number", id, min: told.low, ...most, step: told.whole ? 1 : "any", placeholder: "automatic" });
  input.addEventListener("input", () => {
    if (input.validity.badInput) return;
    change(input.value === "" ? null : Number(input.value), 400);
  });
  return { input, entry: el("div", { class: "entry" }, input), show: (now) => { input.value = now ?? ""; value.textContent = ""; } };
}

function text(told, id, change) {
  const input = el("input", { type: "text", id, spellcheck: false, autocomplete: "off", placeholder: told.placeholder ?? told.metavar ?? "" });
  const send = () => change(input.value.trim() === "" ? null : input.value.trim(), 0);
  input.addEventListener("change", send);
  return { input, entry: el("div", { class: "entry" }, input), show: (now) => { input.value = now ?? ""; } };
}

function flag(told, id, change) {
  const input = el("input", { type: "checkbox", id, role: "switch" });
  input.addEventListener("change", () => change(input.checked, 0));
  return {
    input,
    whole: el("label", { class: "switch" }, el("span", {}, told.label), input),
    show: (now) => { input.checked = Boolean(now); },
  };
}

function choice(told, id, change) {
  if (told.choices.length > MOST_BUTTONS) {
    const input = el("select", { id }, ...told.choices.map((each) => el("option", { value: each }, each)));
    input.addEventListener("change", () => change(input.value, 0));
    return { input, entry: el("div", { class: "entry" }, input), show: (now) => { input.value = now ?? told.choices[0]; } };
  }
  const group = el("div", { class: "segmented choices", role: "group", id, "aria-label": told.label });
  for (const each of told.choices) {
    group.append(button(each[0].toUpperCase() + each.slice(1), false, () => { press(group, each); change(each, 0); }, { "data-value": each }));
  }
  return { whole: el("div", { class: "row" }, el("span", { class: "label" }, told.label)), entry: group, described: group, show: (now) => press(group, now) };
}

function colour(told, id, change) {
  const input = el("input", { type: "text", id, spellcheck: false, autocomplete: "off" });
  const picker = el("input", { type: "color", value: "#00b140", "aria-label": `${told.label}: pick a colour` });
  input.addEventListener("change", () => change(input.value.trim() || null, 0));
  picker.addEventListener("input", () => { input.value = picker.value; change(picker.value); });
  const show = (now) => {
    input.value = now ?? "";
    if (/^#[0-9a-f]{6}$/i.test(now ?? "")) picker.value = now;
  };
  return { input, entry: el("div", { class: "entry" }, input, picker), show };
}

/** A file can be uploaded where it is a picture; else it is named where fastvbg was started. */
function file(told, id, change, value, about) {
  const show = (now) => { value.textContent = typeof now === "object" && now !== null ? now.file : now ?? "none"; };
  if (!told.picture) return { entry: el("p", { class: "help" }, "Named on the command line only."), show };
  const input = el("input", { type: "file", accept: "image/*", hidden: true });
  const choose = el("button", { type: "button", id, on: { click: () => input.click() } }, "Upload a picture…");
  input.addEventListener("change", async () => {
    const chosen = input.files[0];
    input.value = "";
    if (!chosen) return;
    const told = document.querySelector(`.refusal[data-about="${about}"]`);
    told.hidden = true;
    try {
      const item = await upload(`/uploads?for=mask&name=${encodeURIComponent(chosen.name)}`, chosen, () => {});
      change({ item: item.id }, 0);
    } catch (error) {
      told.textContent = error.message;
      told.hidden = false;
    }
  });
  return { entry: el("div", { class: "entry" }, choose, input), described: choose, show };
}

const FORMS = { slider, number, text, size: text, flag, choice, colour, file };
