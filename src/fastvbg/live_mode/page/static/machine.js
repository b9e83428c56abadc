// What the doctor finds on this machine: a line for each thing, looked for when it is opened.

import { byId, el, refusal } from "./dom.js";

const ORDER = ["bad", "note", "good"];
const WORDS = { bad: "to mend", note: "optional", good: "good" };

function finding({ state, subject, text }) {
  return el("li", { class: `finding is-${state}` },
    el("span", { class: "state", title: WORDS[state] ?? state }, WORDS[state] ?? state),
    el("span", { class: "subject" }, subject), el("span", { class: "text" }, text));
}

async function look() {
  refusal("doctor", "");
  byId("examine").disabled = true;
  byId("machine-said").textContent = "Looking…";
  try {
    const answer = await fetch("/doctor");
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message);
    const found = told.found.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    byId("findings").replaceChildren(...found.map(finding));
    const bad = found.filter((each) => each.state === "bad").length;
    byId("machine-said").textContent = bad ? `${bad} of ${found.length} to be mended.` : "All that is needed is here.";
  } catch (error) {
    byId("machine-said").textContent = "";
    refusal("doctor", error.message);
  }
  byId("examine").disabled = false;
}

export function begin() {
  byId("machine").addEventListener("toggle", () => {
    const { open, hidden } = byId("machine");
    if (open && !hidden && !byId("findings").children.length) look();
  });
  byId("examine").addEventListener("click", look);
}
