// The WebSocket: orders with answers, settings that are sent now and then, pictures.

import { refusal } from "./dom.js";

const APART = 70; // milliseconds between changes of one thing that slides
const AGAIN = [500, 1000, 2000, 4000];

export class Link extends EventTarget {
  #socket = null;
  #next = 1;
  #waiting = new Map(); // answers by their number
  #changes = new Map(); // by what they are about: the newest value, and whether one is under way
  #tries = 0;

  connect() {
    const socket = new WebSocket(`ws://${location.host}/socket`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => { this.#tries = 0; this.visible(); };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#hear(JSON.parse(data)) : this.#emit("picture", data));
    socket.onclose = (event) => this.#closed(event);
  }

  #closed(event) {
    for (const answer of this.#waiting.values()) answer({ is: "refused", about: "", message: "" });
    this.#waiting.clear();
    this.#changes.clear();
    this.#emit("closed", event);
    setTimeout(() => this.connect(), AGAIN[Math.min(this.#tries++, AGAIN.length - 1)]);
  }

  #emit(kind, detail) { this.dispatchEvent(new CustomEvent(kind, { detail })); }

  #hear(message) {
    if (message.is === "done" || message.is === "refused") {
      const answer = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (answer) answer(message);
      else if (message.is === "refused") refusal(message.about, message.message);
    } else {
      this.#emit(message.is, message);
    }
  }

  get open() { return this.#socket?.readyState === WebSocket.OPEN; }

  send(message) {
    if (this.open) this.#socket.send(JSON.stringify(message));
  }

  visible() { this.send({ do: "visible", on: document.visibilityState === "visible" }); }

  /** Send an order; its refusal is shown beside `about`. */
  order(message, about) {
    return new Promise((resolve) => {
      if (!this.open) return resolve(false);
      const id = this.#next++;
      this.#waiting.set(id, (answer) => {
        refusal(about, answer.is === "refused" ? answer.message : "");
        resolve(answer.is === "done");
      });
      this.send({ ...message, id, about });
    });
  }

  /** Change a setting now and then while it slides, or once it rests where that is told.
   *  While one change is under way the newest waits for its answer. */
  set(about, value, rest = null) {
    const change = this.#changes.get(about) ?? { busy: false, timer: 0 };
    this.#changes.set(about, change);
    change.value = value;
    change.new = true;
    if (rest !== null) clearTimeout(change.timer);
    else if (change.timer) return;
    change.timer = setTimeout(() => { change.timer = 0; this.#flush(about, change); }, rest ?? APART);
  }

  async #flush(about, change) {
    if (change.busy || !change.new) return;
    change.busy = true;
    change.new = false;
    await this.order({ do: "set", value: change.value }, about);
    change.busy = false;
    if (change.timer) return;
    if (change.new) this.#flush(about, change);
    else if (this.#changes.get(about) === change) this.#changes.delete(about);
  }

  /** Whether something is being changed, so that what the server says of it is old. */
  isChanging(about) { return this.#changes.has(about); }
}

/** Post bytes and return the answer's JSON, or throw with the server's line. */
export async function post(address, body) {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.message ?? `the server said ${answer.status}`);
  return told;
}

/** Post a file, with its progress from 0 to 1; `fetch` tells none. */
export function upload(address, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => (request.status === 200 ? resolve(request.response)
      : reject(new Error(request.response?.message ?? `the server said ${request.status}`)));
    request.onerror = () => reject(new Error("upload: it was broken off, or the file is too large"));
    request.send(file);
  });
}
