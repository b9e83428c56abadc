// What a session says of itself: the time of a frame, rates, delay, what is at its ends.

import { byId, el } from "./dom.js";

const STAGES = ["read", "key", "composite", "write"];
const show = (value, digits = 0) => (typeof value === "number" ? value.toFixed(digits) : "–");

let segments = null;

function begin() {
  segments = STAGES.map((name) => {
    const bar = el("span", { class: `s-${name}`, title: name });
    const time = el("span");
    byId("bar").append(bar);
    const item = el("li", {}, el("i", { class: `s-${name}` }), name, time);
    byId("legend").append(item);
    return { name, bar, time, item };
  });
}

export function update(figures) {
  if (!segments) begin();
  const rate = figures.source?.rate || figures.fps_in || 30;
  const period = 1000 / rate;
  const stages = figures.stages_ms ?? {};
  const sum = STAGES.reduce((total, name) => total + (stages[name] ?? 0), 0);
  const scale = 100 / Math.max(period, sum);
  for (const { name, bar, time, item } of segments) {
    item.hidden = !(name in stages);
    bar.style.width = `${(stages[name] ?? 0) * scale}%`;
    time.textContent = `${show(stages[name], 1)} ms`;
  }
  const share = `${show(100 * (figures.budget ?? NaN))} % of ${show(period, 1)} ms`;
  byId("budget").textContent = typeof figures.budget === "number" ? share : "–";
  byId("bar").setAttribute("aria-label", `In use: ${byId("budget").textContent}`);
  tiles(figures);
  byId("reduced").hidden = !figures.reduced;
  byId("reduced").textContent = figures.reduced ? `To keep up: ${figures.reduced}` : "";
  ends(figures);
}

function tiles(figures) {
  const delay = figures.delay_ms ?? {};
  const told = [
    ["In", show(figures.fps_in, 1), "fps"],
    ["Out", show(figures.fps_out, 1), "fps"],
    ["Delay", show(delay.p50), `ms · p95 ${show(delay.p95)}`],
    ["Dropped", show(figures.dropped), "frames"],
    ["Processor", show(figures.cpu), "% of a core"],
  ];
  byId("tiles").replaceChildren(...told.map(([name, value, unit]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value, el("small", {}, ` ${unit}`)))));
}

function ends({ source, sinks = [] }) {
  const rows = [];
  if (source) {
    const size = source.width && source.height ? `${source.width}×${source.height}` : "";
    const parts = [source.name, size, source.format, source.rate ? `${show(source.rate)} fps` : ""];
    rows.push(["From", parts.filter(Boolean).join(" · ")]);
  }
  for (const sink of sinks) rows.push(["To", [sink.name, sink.status].filter(Boolean).join(" · ")]);
  byId("ends").replaceChildren(...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}
