// Thumbnails of masks: what each looks at, drawn in 64 by 36.

const SVG = "http://www.w3.org/2000/svg";
const HEAD = ["circle", { cx: 32, cy: 13, r: 6 }];
const BODY = ["path", { d: "M18 36c0-9 6-14 14-14s14 5 14 14z" }];
const PERSON = [[...HEAD, "kept"], [...BODY, "kept"]];
const OUTLINE = [[...HEAD, "dashed"], [...BODY, "dashed"]];
// A window and a table, before which people stand.
const ROOM = [
  ["path", { d: "M6 5h13v11H6zM12.5 5v11M6 10.5h13" }, "room"],
  ["path", { d: "M46 26h14M49 26v10M57 26v10" }, "room"],
];
const dots = (x0, x1, kind) => [6, 13, 20, 27].flatMap((y, row) =>
  [0, 1, 2].map((k) => ["circle", { cx: x0 + (k + (row % 2) / 2) * (x1 - x0) / 3, cy: y + 1, r: 1.6 }, kind]));

const DRAWN = {
  person: [...ROOM, ...PERSON],
  chroma: [["rect", { width: 64, height: 36 }, "screen"], ...PERSON],
  plate: [...ROOM, ...OUTLINE],
  adaptive: [...ROOM, ...OUTLINE, ["circle", { cx: 55, cy: 9, r: 6 }, "clock"], ["path", { d: "M55 5.5V9l2.6 1.8" }, "clock"]],
  motion: [...PERSON, ["path", { d: "M12 15c-3 5-3 10 0 15M7 12c-4 7-4 14 0 21M52 15c3 5 3 10 0 15M57 12c4 7 4 14 0 21" }, "room"]],
  knn: [...dots(3, 21, "spot"), ...dots(46, 64, "spot"), ...PERSON],
  mog2: [["path", { d: "M3 32c8 0 7-24 13-24s5 24 13 24M35 32c8 0 7-16 13-16s5 16 13 16" }, "room"], ...OUTLINE],
};

/** Return the thumbnail of a kind of mask; one that is not known here shows somebody. */
export function thumbOf(kind) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 64 36");
  picture.setAttribute("aria-hidden", "true");
  for (const [tag, shape, look] of DRAWN[kind] ?? OUTLINE) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(shape)) node.setAttribute(name, value);
    node.setAttribute("class", look);
    picture.append(node);
  }
  return picture;
}
