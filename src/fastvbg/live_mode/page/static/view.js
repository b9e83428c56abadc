// The preview: pictures drawn as they come, a border between camera and result, the matte.

import { button, byId, kept, press } from "./dom.js";

const VIEWS = [["compare", "Compare"], ["result", "Result"], ["matte", "Matte"]];
const CODES = ["source", "result", "matte"];

export class View {
  #link;
  #canvas = byId("picture");
  #parts = {};
  #view = "result";
  #asked = false;
  mirror = kept.get("mirror", false);

  constructor(link, onChange) {
    this.#link = link;
    this.onChange = onChange;
    for (const [value, label] of VIEWS) {
      byId("views").append(button(label, false, () => this.show(value, true), { "data-value": value }));
    }
    const mirror = byId("mirror");
    mirror.checked = this.mirror;
    mirror.addEventListener("change", () => {
      this.mirror = mirror.checked;
      kept.set("mirror", this.mirror);
      this.#draw();
      this.onChange();
    });
    byId("split-at").addEventListener("input", () => this.#draw());
    link.addEventListener("picture", ({ detail }) => this.#came(detail));
    document.addEventListener("visibilitychange", () => link.visible());
  }

  /** Show something else; unasked only what the server thinks fit. */
  show(view, asked = false) {
    if (!asked && this.#asked) view = this.#view;
    this.#asked ||= asked;
    this.#view = view;
    press(byId("views"), view);
    this.#link.send({ do: "view", view });
    this.#draw();
  }

  async #came(buffer) {
    try {
      const parts = await pictures(buffer);
      if (!this.#link.open) return; // the session ended while this was decoded: its notice stays
      this.#parts = parts;
      byId("notice").hidden = true;
      this.#draw();
    } finally {
      this.#link.send({ do: "seen" });
    }
  }

  #draw() {
    const { source, result, matte } = this.#parts;
    const comparing = this.#view === "compare" && Boolean(source && result);
    byId("split").hidden = !comparing;
    const over = this.#view === "matte" ? matte : result;
    if (!over) return;
    const { width, height } = over;
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    const share = Number(byId("split-at").value) / 100;
    byId("split-line").style.left = `${100 * share}%`;
    byId("tag-left").hidden = share < 0.14;
    byId("tag-right").hidden = share > 0.86;
    const context = this.#canvas.getContext("2d");
    this.#paint(context, over, 0, width);
    if (comparing) this.#paint(context, source, 0, Math.round(share * width));
  }

  /** Paint the columns from `left` to `right` as they are seen. */
  #paint(context, picture, left, right) {
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, picture.height);
    context.clip();
    if (this.mirror) context.setTransform(-1, 0, 0, 1, picture.width, 0);
    context.drawImage(picture, 0, 0);
    context.restore();
  }
}

/** Take a message apart: a number, how many pictures, code and length of each, and these. */
async function pictures(buffer) {
  const view = new DataView(buffer);
  const count = view.getUint8(4);
  let at = 5 + 5 * count;
  const found = [];
  for (let k = 0; k < count; k++) {
    const length = view.getUint32(6 + 5 * k, true);
    found.push([CODES[view.getUint8(5 + 5 * k)], new Blob([new Uint8Array(buffer, at, length)], { type: "image/jpeg" })]);
    at += length;
  }
  return Object.fromEntries(await Promise.all(found.map(async ([name, blob]) => [name, await createImageBitmap(blob)])));
}
