// This browser's camera as the session's source: given by WebRTC on this machine, and taken back.

import { byId, refusal } from "./dom.js";

const GATHERING = 2000; // milliseconds for the addresses of this machine
const REASONS = {
  NotAllowedError: "this page may not use the camera; allow it in the browser's bar, and try again",
  NotFoundError: "this browser has none",
  NotReadableError: "it is in use by another program, or does not start",
};

export class Camera {
  #link;
  #size = {};
  #number = null; // of the camera given from here
  #newest = null; // of the camera in use, as the server says
  #stream = null;
  #peer = null;
  #wanted = false; // whether anybody watches, as the server says
  #rests = false; // given, and off until somebody watches again

  constructor(link) {
    this.#link = link;
    byId("give").addEventListener("click", () => (this.#stream || this.#rests ? this.#stop() : this.#give()));
    link.addEventListener("camera", ({ detail }) => this.#heard(detail.number));
    link.addEventListener("wanted", ({ detail }) => this.#want(detail.on));
    link.addEventListener("closed", () => this.#release());
    addEventListener("pagehide", () => this.#stop());
  }

  begin({ takes_camera: takes, camera, wanted, figures }) {
    if (takes && byId("given").hidden) byId("given").closest("details").open = true; // once
    byId("given").hidden = !takes;
    this.#size = figures.source ?? {};
    this.#newest = camera;
    this.#wanted = wanted;
    this.#paint();
  }

  async #give() {
    refusal("camera", "");
    byId("give").disabled = true;
    try {
      await this.#connect();
    } catch (error) {
      this.#release();
      refusal("camera", `camera: ${REASONS[error.name] ?? error.message.replace(/^camera: /, "")}`);
    }
    byId("give").disabled = false;
    this.#paint();
    this.#heard(this.#newest);
    if (!this.#wanted) this.#rest();
  }

  /** Turn the camera off while nobody watches, so that its light goes off, and on again. */
  #want(on) {
    this.#wanted = on;
    if (!on) this.#rest();
    else if (this.#rests) {
      this.#rests = false;
      this.#give();
    }
  }

  #rest() {
    if (!this.#stream || byId("give").disabled) return; // what is being given is looked at then
    this.#stop();
    this.#rests = true;
    this.#paint();
  }

  async #connect() {
    if (!navigator.mediaDevices) throw new Error("browsers give it only to a page of this very machine, or by https");
    const { width, height, rate } = this.#size;
    this.#stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: rate } },
    });
    const [track] = this.#stream.getVideoTracks();
    track.addEventListener("ended", () => this.#stop()); // unplugged, or no longer allowed
    const peer = this.#peer = new RTCPeerConnection({ iceServers: [] });
    peer.addTransceiver(track, { direction: "sendonly", streams: [this.#stream] });
    await peer.setLocalDescription();
    await gathered(peer);
    const { type, sdp } = peer.localDescription;
    const said = await fetch("/offer", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ type, sdp }),
    });
    const answer = await said.json().catch(() => ({}));
    if (!said.ok) throw new Error(answer.message ?? `the server said ${said.status}`);
    this.#number = answer.number;
    this.#newest = Math.max(this.#newest ?? 0, answer.number); // a later one may have been heard of
    await peer.setRemoteDescription({ type: answer.type, sdp: answer.sdp });
  }

  /** The camera of a number is in use now, or none. */
  #heard(number) {
    this.#newest = number;
    if (number !== null && number !== this.#number) this.#rests = false; // another page has taken over
    if (this.#number !== null && number !== this.#number) {
      this.#release();
      refusal("camera", number === null ? "camera: the connection was lost" : "camera: another page's is used now");
    }
    this.#paint();
  }

  #stop() {
    if (this.#number !== null) this.#link.order({ do: "leave", number: this.#number }, "camera");
    this.#release();
    this.#paint();
  }

  #release() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#peer?.close();
    this.#stream = this.#peer = this.#number = null;
    this.#rests = false;
  }

  #paint() {
    const given = Boolean(this.#stream) || this.#rests;
    byId("give").textContent = given ? "Stop using it" : "Use this browser\u2019s camera";
    byId("give").setAttribute("aria-pressed", String(given));
    const others = this.#newest !== null && this.#newest !== this.#number;
    byId("given-said").textContent = this.#rests ? "Nobody watches, so it is off until somebody does." : given ? "" : others
      ? "Another page\u2019s camera is in use; yours would take its place." : "A generated scene is shown until then.";
  }
}

/** Wait until a connection knows the addresses at which it can be reached. */
function gathered(peer) {
  return new Promise((resolve) => {
    if (peer.iceGatheringState === "complete") resolve();
    peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
    setTimeout(resolve, GATHERING);
  });
}
