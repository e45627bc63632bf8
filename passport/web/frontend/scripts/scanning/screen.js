// The result fills the screen: sign, word, sound and vibration of its heading, then on to the next by itself or by hand.
import { COMPARED, face } from "./face.js";
import { signal } from "./signals.js";

const SLOWER = 3; // times as long: a result that is not green is read, and somebody has to be told
const at = (id) => document.getElementById(id);

export class ResultScreen {
  #words;
  #choices;
  #settings;
  #screen = at("screen");
  #countdown = null;
  #verdict = null;

  /** `next(byItself)` goes on; `left()` ends a result that was put away; `mismatch(verdict)` is the other verdict. */
  constructor({ words, choices, settings, next, left, mismatch }) {
    [this.#words, this.#choices, this.#settings] = [words, choices, settings];
    at("next").addEventListener("click", () => this.#goOn(next, false));
    at("keep").addEventListener("click", () => this.#keep(at("keep").getAttribute("aria-pressed") !== "true"));
    at("differs").addEventListener("click", () => this.#show(mismatch(this.#verdict)));
    at("result").addEventListener("pointerdown", () => this.#countdown?.pause());
    at("result").addEventListener("pointerup", () => this.#run()); // who scrolls instead reads: it stays
    this.#screen.addEventListener("cancel", left);
    this.#screen.addEventListener("close", () => this.#clear());
    this.#screen.addEventListener("keydown", (event) => this.#key(event, () => this.#goOn(next, false)));
    this.#next = next;
  }

  #next;
  #typed = false;

  get isOpen() {
    return this.#screen.open;
  }

  /** Shows `verdict`; it goes on to the next by itself after a scan, and at the first letter of a hand scanner. */
  show(verdict, { byCamera = false, typed = false } = {}) {
    this.#typed = typed;
    this.#show(verdict);
    if (byCamera) this.#count(this.#settings.values.seconds * (verdict.heading === "valid" ? 1 : SLOWER));
  }

  #show(verdict) {
    this.#clear();
    this.#verdict = verdict;
    this.#screen.dataset.heading = verdict.heading;
    at("differs").hidden = !(verdict.certificate && COMPARED.includes(verdict.heading));
    at("result").replaceChildren(face(at("result-template"), verdict, this.#choices.told, this.#words));
    if (!this.isOpen) this.#screen.showModal();
    this.#screen.scrollTop = 0;
    at("result-word").focus();
    signal(verdict.heading, this.#settings.values);
  }

  #goOn(next, byItself) {
    this.#screen.close();
    next(byItself);
  }

  /** A line that grows shorter is the clock itself: it can be held and let go. */
  #count(seconds) {
    if (!seconds) return;
    at("time").hidden = at("keep").hidden = false;
    this.#countdown = at("time").animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: seconds * 1000, fill: "forwards" });
    this.#countdown.onfinish = () => this.#goOn(this.#next, true);
  }

  #keep(kept) {
    at("keep").setAttribute("aria-pressed", String(kept));
    kept ? this.#countdown?.pause() : this.#run();
  }

  #run() {
    if (at("keep").getAttribute("aria-pressed") !== "true") this.#countdown?.play();
  }

  #clear() {
    if (this.#countdown) this.#countdown.onfinish = null;
    this.#countdown?.cancel();
    this.#countdown = this.#verdict = null;
    at("time").hidden = at("keep").hidden = at("differs").hidden = true;
    at("keep").setAttribute("aria-pressed", "false");
    at("result").replaceChildren(); // nothing of the person stays in the page
  }

  #key(event, goOn) {
    if (event.target.closest("button, summary, a") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      goOn();
    } else if (this.#typed && event.key.length === 1) {
      goOn(); // a hand scanner types on: its first letter goes into the field
    }
  }
}
