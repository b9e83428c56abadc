// The page: lets itself in by the address's token, and hands what comes to its parts.

import { Areas } from "./areas.js";
import { Backgrounds } from "./backgrounds.js";
import { Camera } from "./camera.js";
import { byId } from "./dom.js";
import * as figures from "./figures.js";
import * as files from "./files.js";
import { Link } from "./link.js";
import * as machine from "./machine.js";
import { Masks } from "./masks.js";
import { States } from "./states.js";
import { View } from "./view.js";

/** Exchange the token for a cookie; it is in the address no longer then. */
async function letIn() {
  const token = location.hash.slice(1);
  if (!token) return true;
  history.replaceState(null, "", location.pathname);
  const answer = await fetch("/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }) });
  return answer.ok;
}

function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

const narrow = matchMedia("(max-width: 960px)").matches;
if (narrow) for (const each of [...document.querySelectorAll("details.card")].slice(2)) each.open = false;

const link = new Link();
const view = new View(link, () => areas.paint());
const areas = new Areas(link, view);
const backgrounds = new Backgrounds(link);
const masks = new Masks(link);
const states = new States(link);
const camera = new Camera(link);
files.begin();
machine.begin();

function onSettings(settings) {
  backgrounds.update(settings.background, settings);
  masks.update(settings);
  areas.update(settings);
}

function onFigures({ figures: told, state }) {
  figures.update(told);
  states.update(state, told);
  areas.see(told);
  masks.countdown(told.countdown);
}

link.addEventListener("hello", ({ detail }) => {
  notice("Waiting for a picture…");
  backgrounds.options(detail.options);
  masks.options(detail.kinds, detail.options);
  onSettings(detail.settings);
  backgrounds.list(detail.backgrounds);
  onFigures(detail);
  view.show(detail.view);
  camera.begin(detail);
  byId("machine").hidden = !detail.doctor;
  byId("foot").textContent = `fastvbg ${detail.version}`;
  document.body.dataset.ready = "";
});
link.addEventListener("settings", ({ detail }) => onSettings(detail.settings));
link.addEventListener("figures", ({ detail }) => onFigures(detail));
let greeted = false;
link.addEventListener("hello", () => { greeted = true; });
link.addEventListener("closed", ({ detail }) => {
  delete document.body.dataset.ready;
  delete byId("dot").dataset.shows;
  byId("doing").textContent = "not connected";
  notice(greeted ? "The session has ended, or cannot be reached. Trying again…"
    : detail.reason || "Not let in. Open the address that fastvbg printed, with all that follows the #.");
});

if (await letIn()) link.connect();
else notice("This address is of another session. Open the one that fastvbg printed.");
