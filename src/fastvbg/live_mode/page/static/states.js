// What leaves: live, freeze, card, black, by buttons and keys; and the switches of the camera.

import { button, byId, el, isTyping, press } from "./dom.js";

const STATES = [["live", "Live"], ["freeze", "Freeze"], ["card", "Card"], ["black", "Black"]];
const FLAGS = [
  ["flip", "Flip the camera", "Left and right change places for everybody, not in the preview alone."],
  ["auto_frame", "Follow me", "The picture is cropped around who is in it."],
  ["always", "Never idle", "Work on while nobody watches; else the camera closes after some seconds."],
];
const NOBODY = [["keep", "Background"], ["card", "Card"], ["blur", "Blur all"]];

export class States {
  #link;
  #flags = new Map();

  constructor(link) {
    this.#link = link;
    for (const [value, label] of STATES) {
      byId("states").append(button(label, false, () => this.#set(value), { "data-value": value, title: `${label} (key ${value[0].toUpperCase()})` }));
      byId("states").lastChild.append(el("kbd", { "aria-hidden": "true" }, value[0].toUpperCase()));
    }
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
      const found = STATES.find(([value]) => value[0] === event.key.toLowerCase());
      if (found) { event.preventDefault(); this.#set(found[0]); }
    });
    byId("switches").append(...FLAGS.map((each) => this.#flag(...each)), this.#nobody());
  }

  #set(state) { this.#link.order({ do: "state", state }, ""); }

  #flag(name, label, help) {
    const id = `switch-${name}`;
    const input = el("input", { type: "checkbox", role: "switch", id, "aria-describedby": `${id}-help` });
    input.addEventListener("change", () => this.#link.order({ do: "switch", [name]: input.checked }, "switch"));
    this.#flags.set(name, input);
    return el("div", { class: "option" }, el("label", { class: "switch" }, el("span", {}, label), input), el("p", { class: "help", id: `${id}-help` }, help));
  }

  #nobody() {
    this.nobody = el("div", { class: "segmented choices", role: "group", "aria-label": "When nobody is in the picture", "aria-describedby": "nobody-help" });
    for (const [value, label] of NOBODY) {
      this.nobody.append(button(label, false, () => {
        press(this.nobody, value);
        this.#link.order({ do: "switch", nobody: value }, "switch");
      }, { "data-value": value }));
    }
    return el("div", { class: "option" }, el("div", { class: "row" }, el("span", { class: "label" }, "When nobody is in the picture")), this.nobody,
      el("p", { class: "help", id: "nobody-help" }, "What is sent once nobody has been seen for two seconds."));
  }

  update(state, figures) {
    press(byId("states"), state);
    byId("dot").dataset.shows = figures.shown ?? state;
    byId("doing").textContent = byId("doing").title = figures.doing ?? state; // a narrow window cuts it off
    const switches = figures.switches ?? {};
    for (const [name, input] of this.#flags) input.checked = Boolean(switches[name]);
    press(this.nobody, switches.nobody);
  }
}
