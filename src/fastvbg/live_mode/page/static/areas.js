// Areas that are always kept or dropped, drawn over the preview with the pointer or the arrow keys.

import { byId, el } from "./dom.js";

const NEAR = 3; // percent from the first corner within which a click closes the polygon
const NAMES = { keep_region: "keep", drop_region: "drop" };
const WORDS = { keep: "Kept", drop: "Dropped" };
const HINT = "Click corners; the first one again, or Enter, closes the area. Esc leaves.";

export class Areas {
  #link;
  #view;
  #areas = { keep_region: [], drop_region: [] };
  #drawing = null; // what is being drawn: its option, corners, and where the pointer is
  #crop = [0, 0, 1, 1]; // the part of the frame that is shown: left, top, width and height in shares
  #flip = false;

  constructor(link, view) {
    this.#link = link;
    this.#view = view;
    byId("draw-keep").addEventListener("click", () => this.#begin("keep_region"));
    byId("draw-drop").addEventListener("click", () => this.#begin("drop_region"));
    const draw = byId("draw");
    draw.addEventListener("pointerdown", (event) => { event.preventDefault(); draw.focus(); this.#corner(this.#at(event)); });
    draw.addEventListener("pointermove", (event) => { if (this.#drawing) { this.#drawing.at = this.#at(event); this.paint(); } });
    draw.addEventListener("keydown", (event) => this.#key(event));
  }

  update(settings) {
    for (const name of Object.keys(NAMES)) this.#areas[name] = settings[name].polygons;
    this.pictures = Object.keys(NAMES).filter((name) => settings[name].picture);
    this.#list();
    this.paint();
  }

  /** Heed which part of the frame is shown, and whether left for right. */
  see({ crop = [0, 0, 1, 1], switches = {} }) {
    const flip = Boolean(switches.flip);
    if (flip === this.#flip && crop.every((each, k) => each === this.#crop[k])) return;
    this.#crop = crop;
    this.#flip = flip;
    this.paint();
  }

  get #mirrored() { return this.#view.mirror !== this.#flip; }

  #begin(name) {
    if (this.#drawing?.name === name) return this.#end();
    this.#drawing = { name, corners: [], at: [50, 50] };
    byId("draw").hidden = false;
    byId("draw-hint").hidden = false;
    byId("draw-hint").textContent = HINT;
    byId("draw").focus({ preventScroll: true });
    byId("screen").scrollIntoView({ block: "nearest" });
    this.#press();
    this.paint();
  }

  #end() {
    this.#drawing = null;
    byId("draw").hidden = byId("draw-hint").hidden = true;
    this.#press();
    this.paint();
  }

  #press() {
    byId("draw-keep").setAttribute("aria-pressed", String(this.#drawing?.name === "keep_region"));
    byId("draw-drop").setAttribute("aria-pressed", String(this.#drawing?.name === "drop_region"));
  }

  /** Return where a pointer is, in percent of the frame as it was taken. */
  #at(event) {
    const box = byId("draw").getBoundingClientRect();
    const [left, top, width, height] = this.#crop;
    const x = clamp(100 * (event.clientX - box.left) / box.width);
    const y = clamp(100 * (event.clientY - box.top) / box.height);
    return [100 * left + width * (this.#mirrored ? 100 - x : x), 100 * top + height * y];
  }

  #corner(at) {
    const { corners } = this.#drawing;
    const closes = corners.length >= 3 && Math.hypot(corners[0][0] - at[0], corners[0][1] - at[1]) < NEAR;
    if (closes) return this.#close();
    corners.push(at.map((each) => Math.round(10 * each) / 10));
    this.paint();
  }

  #close() {
    const { name, corners } = this.#drawing;
    if (corners.length < 3) { byId("draw-hint").textContent = "An area has three corners or more."; return; }
    this.#send(name, [...this.#areas[name], corners]);
    this.#end();
    byId(name === "keep_region" ? "draw-keep" : "draw-drop").focus({ preventScroll: true });
  }

  #send(name, polygons) {
    this.#areas[name] = polygons;
    this.#list();
    this.paint();
    this.#link.set(name, polygons, 0);
  }

  #key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const drawing = this.#drawing;
    if (event.key in steps) {
      const far = event.shiftKey ? 10 : 2;
      const [x, y] = steps[event.key];
      drawing.at = [clamp(drawing.at[0] + (this.#mirrored ? -x : x) * far), clamp(drawing.at[1] + y * far)];
    } else if (event.key === " ") this.#corner(drawing.at);
    else if (event.key === "Enter") this.#close();
    else if (event.key === "Backspace") drawing.corners.pop();
    else if (event.key === "Escape") this.#end();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.paint();
  }

  #list() {
    const chips = [];
    for (const [name, kind] of Object.entries(NAMES)) {
      this.#areas[name].forEach((_, k) => chips.push(this.#chip(kind, `${WORDS[kind]} ${k + 1}`, () => this.#send(name, this.#areas[name].filter((__, i) => i !== k)))));
      if (this.pictures?.includes(name)) chips.push(this.#chip(kind, `${WORDS[kind]}: a picture`, () => this.#send(name, [])));
    }
    byId("area-list").replaceChildren(...chips);
  }

  #chip(kind, label, remove) {
    return el("li", {}, el("span", { class: `mark ${kind}` }), label,
      el("button", { type: "button", title: `Remove ${label}`, "aria-label": `Remove ${label}`, on: { click: remove } }, "×"));
  }

  /** Draw the areas, cropped and mirrored as the picture is. */
  paint() {
    const shapes = [];
    for (const [name, kind] of Object.entries(NAMES)) {
      for (const polygon of this.#areas[name]) shapes.push(this.#shape("polygon", polygon, kind));
    }
    if (this.#drawing) {
      const { name, corners, at } = this.#drawing;
      shapes.push(this.#shape("polyline", [...corners, at], `${NAMES[name]} open`));
      for (const each of [...corners, at]) shapes.push(this.#shape("polyline", [each, each], `${NAMES[name]} corner`));
    }
    byId("areas").replaceChildren(...shapes);
  }

  #shape(tag, points, kind) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    const [left, top, width, height] = this.#crop;
    shape.setAttribute("points", points.map(([x, y]) => {
      const across = (x - 100 * left) / width;
      return `${this.#mirrored ? 100 - across : across},${(y - 100 * top) / height}`;
    }).join(" "));
    shape.setAttribute("class", kind);
    return shape;
  }
}

const clamp = (value) => Math.min(100, Math.max(0, value));
