// The camera fills the screen: what is checked above, the frame, and light, zoom and other side where it has them.
import { Camera } from "./camera.js";
import { fill } from "./face.js";
import { Parts } from "./parts.js";
import { signal } from "./signals.js";

const SAME = 1500; // milliseconds out of sight, after which the code of the last result counts as shown again
const OTHER = { environment: "user", user: "environment" };
const at = (id) => document.getElementById(id);

export class CameraScreen {
  #camera;
  #settings;
  #words;
  #found;
  #broken;
  #screen = at("camera");
  #lock = null;

  /** `found(text)` takes a whole credential or any other code; `broken()` is called where no camera opens. */
  constructor(camera, { settings, words, found, broken }) {
    [this.#camera, this.#settings, this.#words, this.#found, this.#broken] = [camera, settings, words, found, broken];
    at("stop").addEventListener("click", () => this.close());
    at("torch").addEventListener("click", () => this.#light());
    at("turn").addEventListener("click", () => this.#turn());
    at("zoom").addEventListener("input", ({ target }) => camera.set({ zoom: Number(target.value) }));
    this.#screen.addEventListener("close", () => this.#closed());
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  /** Looks for the next code; `last` is ignored for as long as it stays in sight. */
  async scan(last = null) {
    if (!this.#screen.open) this.#screen.showModal();
    this.#hint(this.#settings.values.facing === "user" ? "front" : "aim");
    try {
      this.#stayAwake();
      await this.#camera.open(this.#settings.values.facing);
      this.#tools();
      const text = await this.#whole(last);
      if (text) this.#found(text);
    } catch {
      if (!this.#screen.open) return; // stopped while it was opening
      this.close();
      this.#broken();
    }
  }

  checking() {
    this.#hint("checking");
  }

  close() {
    if (this.#screen.open) this.#screen.close();
  }

  async #whole(last) {
    const parts = new Parts();
    for (;;) {
      const text = await this.#camera.next(allBut(last, parts));
      if (!text) return null;
      const { whole, ...soFar } = parts.add(text);
      if (whole) return whole;
      at("hint").textContent = fill(this.#words.part, soFar);
      signal("part", this.#settings.values);
    }
  }

  async #stayAwake() {
    if (this.#lock) return;
    this.#lock = await navigator.wakeLock?.request("screen").catch(() => null); // a low battery refuses it
    if (!this.#screen.open) this.#sleep(); // stopped meanwhile
  }

  #sleep() {
    this.#lock?.release();
    this.#lock = null;
  }

  #hint(name) {
    at("hint").textContent = at("hint").dataset[name];
  }

  async #tools() {
    const { torch, zoom } = this.#camera.can;
    at("torch").hidden = !torch;
    at("zoom-field").hidden = !zoom || zoom.max <= zoom.min;
    if (zoom) Object.assign(at("zoom"), { min: zoom.min, max: zoom.max, step: zoom.step || 0.1, value: zoom.min });
    at("view").dataset.facing = this.#settings.values.facing;
    at("turn").hidden = !(await Camera.several());
  }

  #light() {
    const on = at("torch").getAttribute("aria-pressed") !== "true";
    at("torch").setAttribute("aria-pressed", String(on));
    this.#camera.set({ torch: on });
  }

  #turn() {
    this.#settings.set({ facing: OTHER[this.#settings.values.facing] });
    this.#camera.stop();
    this.#dark();
    this.scan();
  }

  #closed() {
    this.#camera.stop();
    this.#dark();
    this.#sleep();
  }

  #dark() {
    at("torch").hidden = at("zoom-field").hidden = at("turn").hidden = true;
    at("torch").setAttribute("aria-pressed", "false");
  }
}

/** Which codes to take: nothing that was seen as a part already, and `last` only once it was out of sight. */
function allBut(last, parts) {
  let out = performance.now() + SAME;
  return (text) => {
    if (text !== last) return parts.isNew(text);
    const shownAgain = performance.now() > out;
    out = performance.now() + SAME;
    return shownAgain;
  };
}
