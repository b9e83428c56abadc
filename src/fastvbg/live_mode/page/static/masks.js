// The kinds of mask, the options of the chosen one, refinement, and the taking of the empty room.

import { button, byId, el, press, refusal } from "./dom.js";
import { control } from "./options.js";
import { thumbOf } from "./thumbs.js";

/** The session's options that are shown with the mask; others are with the background. */
export const OF_MASKS = ["refine", "foreground"];

/** Tell whether an option is one that few ever touch: what is typed, or named at the start. */
const isExpert = ({ form, picture }) => form === "text" || form === "size" || (form === "file" && !picture);

export class Masks {
  #link;
  #kinds = [];
  #shown = null;
  #controls = new Map();
  #lacking = {};

  constructor(link) {
    this.#link = link;
    byId("take-plate").addEventListener("click", () => {
      refusal("mask", "");
      link.order({ do: "plate", seconds: Number(byId("plate-seconds").value) }, "plate");
    });
  }

  options(kinds, described) {
    this.#kinds = kinds;
    this.#shown = null;
    this.described = described.filter((each) => OF_MASKS.includes(each.name));
    byId("kinds").replaceChildren(...kinds.map((kind) => this.#thumb(kind)));
  }

  #thumb({ name, label, help }) {
    const thumb = button("", false, () => this.#choose(name), { "data-value": name, title: help, class: "thumb kind" });
    thumb.replaceChildren(el("span", { class: "face" }, thumbOf(name)), el("span", { class: "name" }, label));
    return thumb;
  }

  #choose(name) {
    refusal("mask", this.#lacking[name] ?? "");
    if (!this.#lacking[name]) this.#link.set("mask", name, 0);
  }

  /** Show which kinds cannot be chosen yet; they take the focus, so that why is heard, too. */
  #mark(lacking) {
    this.#lacking = lacking;
    for (const each of byId("kinds").querySelectorAll("button")) {
      const why = lacking[each.dataset.value];
      each.setAttribute("aria-disabled", String(Boolean(why)));
      each.title = why ?? this.#kinds.find((kind) => kind.name === each.dataset.value).help;
    }
  }

  update(settings) {
    this.#mark(settings.lacking);
    const { kind: name, values } = settings.mask;
    const kind = this.#kinds.find((each) => each.name === name) ?? { name, label: name, help: `The mask “${name}”, as started.`, refine: "none", options: [] };
    if (this.#shown !== name) this.#make(kind);
    press(byId("kinds"), name);
    for (const [option, each] of this.#controls) each.update(OF_MASKS.includes(option) ? settings[option] : values[option]);
  }

  #make(kind) {
    this.#shown = kind.name;
    byId("kind-help").textContent = kind.help;
    this.#controls = new Map(kind.options.map((told) => [told.name, control(told, `mask.${told.name}`, this.#link)]));
    const own = this.described.filter((told) => told.name !== "foreground" || kind.estimates);
    const controls = own.map((told) => control({ ...told, placeholder: kind.refine }, told.name, this.#link));
    const [plain, expert] = [[], []];
    for (const told of kind.options) (isExpert(told) ? expert : plain).push(this.#controls.get(told.name).node);
    byId("mask-options").replaceChildren(...plain);
    if (expert.length) byId("mask-options").append(el("details", { class: "more" }, el("summary", {}, "More options"), ...expert));
    byId("own-options").replaceChildren(...controls.map((each) => each.node));
    own.forEach((told, number) => this.#controls.set(told.name, controls[number]));
  }

  /** Show the seconds that are left until the room is taken. */
  countdown(seconds) {
    const count = byId("count");
    count.hidden = seconds === null || seconds === undefined;
    count.textContent = count.hidden ? "" : String(Math.ceil(seconds));
    byId("take-plate").disabled = !count.hidden;
  }
}
