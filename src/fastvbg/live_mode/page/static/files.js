// Settings as a file: saved by the browser, or loaded from one.

import { byId, el, refusal } from "./dom.js";
import { post } from "./link.js";

function say(text) {
  byId("file-said").textContent = text;
  byId("file-said").hidden = !text;
}

async function save() {
  say("");
  refusal("settings", "");
  const answer = await fetch("/settings");
  if (!answer.ok) return refusal("settings", (await answer.json()).message);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))?.[1] ?? "settings.toml";
  const link = el("a", { href: URL.createObjectURL(await answer.blob()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  say(name.endsWith(".zip") ? `Saved ${name}: the settings, and the pictures that they name.` : `Saved ${name}.`);
}

async function load(input) {
  const file = input.files[0];
  input.value = "";
  if (!file) return;
  say("");
  refusal("settings", "");
  try {
    const { left } = await post("/settings", file);
    say(left.length ? `Loaded ${file.name}, but for ${left.join(", ")}, which is not for here.` : `Loaded ${file.name}.`);
  } catch (error) {
    refusal("settings", error.message);
  }
}

export function begin() {
  byId("save").addEventListener("click", () => save().catch((error) => refusal("settings", error.message)));
  byId("load").addEventListener("click", () => byId("load-file").click());
  byId("load-file").addEventListener("change", (event) => load(event.target));
}
