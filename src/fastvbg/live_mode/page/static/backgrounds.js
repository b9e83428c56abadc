// Backgrounds by thumbnails: none, blur, a colour, pictures and videos; and what belongs to each.

import { byId, el, refusal } from "./dom.js";
import { upload } from "./link.js";
import { OF_MASKS } from "./masks.js";
import { control, fill } from "./options.js";

const COLOURS = ["#1f2a38", "#2f5d50", "#35507a", "#7a4b5b", "#c9b79c", "#e8ebee", "#00b140"];
const BLUR = 4; // percent of the height, what `blur` alone means
const ICONS = {
  none: "M5 5l14 14M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  blur: "M4 9h10M9 5h11M3 13h14M8 17h11",
  colour: "M12 3c4 5 6 7.500 6 11a6 6 0 0 1-12 0c0-3.500 2-6 6-11z",
  add: "M12 5v14M5 12h14",
};

function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "1.6", "stroke-linecap": "round", "aria-hidden": "true" })) svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export class Backgrounds {
  #link;
  #now = { form: "none" };
  #strength = BLUR;
  #colour = COLOURS[0];
  #items = [];

  constructor(link) {
    this.#link = link;
    byId("upload").addEventListener("change", (event) => this.#upload(event.target));
    link.addEventListener("backgrounds", ({ detail }) => this.list(detail.backgrounds));
  }

  options(described) {
    this.nothing = el("p", { class: "help apart" }, "Nothing is replaced: whoever watches sees the room.");
    this.controls = new Map(described.filter((each) => !OF_MASKS.includes(each.name)).map((each) => [each.name, control(each, each.name, this.#link)]));
    byId("background-options").replaceChildren(this.nothing, this.#swatches(), this.#blur(), ...[...this.controls.values()].map((each) => each.node));
  }

  list(items) {
    this.#items = items;
    byId("backgrounds").replaceChildren(
      this.#thumb("none", "None", icon(ICONS.none), () => this.#set(null), "Nothing is replaced: the room is seen"),
      this.#thumb("blur", "Blur", icon(ICONS.blur), () => this.#set({ blur: this.#strength }), "The room, blurred"),
      this.#thumb("colour", "Colour", icon(ICONS.colour), () => this.#set({ colour: this.#colour })),
      ...items.map((item) => this.#item(item)),
      el("button", { type: "button", class: "thumb add", on: { click: () => byId("upload").click() } },
        el("span", { class: "face" }, icon(ICONS.add)), el("span", { class: "name" }, "Upload")),
    );
    this.update(this.#now);
  }

  #item(item) {
    const face = [el("img", { src: `/thumbs/${encodeURIComponent(item.id)}`, alt: "" })];
    if (item.form === "video") face.push(el("span", { class: "film" }, "video"));
    return this.#thumb(`item-${item.id}`, item.label, face, () => this.#set({ item: item.id }));
  }

  #thumb(value, label, face, click, title = label) {
    return el("button", { type: "button", class: "thumb", "data-value": value, title, on: { click } },
      el("span", { class: "face" }, ...[face].flat()), el("span", { class: "name" }, label));
  }

  #set(value, rest = 0) { this.#link.set("background", value, rest); }

  #swatches() {
    const set = (colour, rest = null) => { this.#colour = colour; this.#set({ colour }, rest); };
    this.picker = el("input", { type: "color", "aria-label": "Another colour", title: "Another colour", on: { input: (event) => set(event.target.value) } });
    const known = COLOURS.map((colour) => {
      const swatch = el("button", { type: "button", class: "swatch", title: colour, "aria-label": `Colour ${colour}`, "data-colour": colour, on: { click: () => set(colour, 0) } });
      swatch.style.background = colour;
      return swatch;
    });
    this.swatches = el("div", { class: "swatches", role: "group", "aria-label": "Colours" }, ...known, this.picker);
    return this.swatches;
  }

  #blur() {
    const value = el("span", { class: "value" });
    const input = el("input", { type: "range", id: "blur-strength", min: 0.5, max: 15, step: 0.5 });
    this.showBlur = (strength) => { input.value = strength; value.textContent = `${strength} % of the height`; fill(input); };
    input.addEventListener("input", () => {
      this.#strength = Number(input.value);
      this.showBlur(this.#strength);
      this.#set({ blur: this.#strength }, null);
    });
    this.blur = el("div", { class: "option" },
      el("div", { class: "row" }, el("label", { htmlFor: "blur-strength" }, "Strength"), value),
      el("div", { class: "entry" }, input));
    return this.blur;
  }

  async #upload(input) {
    const file = input.files[0];
    input.value = "";
    if (!file) return;
    const progress = byId("uploading");
    Object.assign(progress, { hidden: false, value: 0 });
    refusal("background", "");
    try {
      const item = await upload(`/uploads?name=${encodeURIComponent(file.name)}`, file, (share) => { progress.value = share; });
      this.#set({ item: item.id });
    } catch (error) {
      refusal("background", error.message);
    } finally {
      progress.hidden = true;
    }
  }

  update(now, settings) {
    if (settings) this.settings = settings;
    this.#now = now;
    const value = now.form === "item" ? `item-${now.item}` : now.form;
    for (const each of byId("backgrounds").children) each.setAttribute("aria-pressed", String(each.dataset.value === value));
    if (!this.controls || this.#link.isChanging("background")) return;
    if (now.colour) this.#colour = this.picker.value = now.colour;
    for (const each of this.swatches.querySelectorAll(".swatch")) each.setAttribute("aria-pressed", String(each.dataset.colour === now.colour));
    if (now.form === "blur") this.#strength = now.strength ?? BLUR;
    this.showBlur(this.#strength);
    this.nothing.hidden = now.form !== "none";
    this.swatches.hidden = now.form !== "colour";
    this.blur.hidden = now.form !== "blur";
    const picture = now.form === "item" || now.form === "other";
    const video = now.form === "other" || this.#items.some((item) => item.id === now.item && item.form === "video");
    const shows = { fit: picture, background_end: video, light_wrap: picture || now.form === "colour" };
    for (const [name, each] of this.controls) {
      each.node.hidden = !shows[name];
      each.update(this.settings?.[name]);
    }
  }
}
