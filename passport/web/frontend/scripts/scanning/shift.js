// How many checks of this shift ended under which heading: numbers only, on this device, until a new shift begins.
import { fill, moment } from "./face.js";
import { now } from "./clock.js";
import { recall, remember } from "./remembered.js";

const TEST = "test";
const at = (id) => document.getElementById(id);

export class Shift {
  #words;
  #place;
  #shift = recall("shift", { since: null, counts: {} });

  /** `place` answers the name of the checkpoint. */
  constructor(words, place) {
    [this.#words, this.#place] = [words, place];
    at("shift-share").addEventListener("click", () => this.#share());
    at("shift-anew").addEventListener("click", () => this.#begin());
    at("shift").addEventListener("toggle", () => this.#show());
  }

  count({ heading, test }) {
    this.#add(test ? TEST : heading, 1);
  }

  /** A result that was counted turned out to be another. */
  recount({ heading, test }, changed) {
    if (test) return;
    this.#add(heading, -1);
    this.#add(changed.heading, 1);
  }

  #add(name, number) {
    const { since, counts } = this.#shift;
    this.#shift = { since: since ?? now().toISOString(), counts: { ...counts, [name]: (counts[name] ?? 0) + number } };
    this.#keep();
  }

  #begin() {
    this.#shift = { since: now().toISOString(), counts: {} };
    this.#keep();
  }

  #keep() {
    remember("shift", this.#shift);
    this.#show();
  }

  get #lines() {
    const told = { ...this.#words.headings, [TEST]: this.#words.shift.test };
    return this.#words.shift.rows.map((name) => [told[name], this.#shift.counts[name] ?? 0]);
  }

  get #since() {
    return this.#shift.since ? fill(this.#words.shift.since, { time: this.#moment(new Date(this.#shift.since)) }) : "";
  }

  #moment(instant) {
    return moment(this.#words.zone, instant);
  }

  /** Only while somebody looks: the words of results stand nowhere else in the page. */
  #show() {
    const lines = at("shift").open ? this.#lines : [];
    at("shift-since").textContent = this.#since;
    at("shift-counts").replaceChildren(...lines.flatMap(([told, count]) => row(told, count)));
  }

  async #share() {
    const total = this.#lines.reduce((sum, [, count]) => sum + count, 0);
    const period = [this.#since, fill(this.#words.shift.until, { time: this.#moment(now()) })].filter(Boolean).join(" ");
    const lines = this.#lines.filter(([, count]) => count).map(([told, count]) => `${told}: ${count}`);
    const text = [this.#place(), period, ...lines, fill(this.#words.shift.total, { count: total })].filter(Boolean).join("\n");
    try {
      if (navigator.share) return await navigator.share({ text });
      await navigator.clipboard.writeText(text);
      at("shift-told").textContent = this.#words.shift.copied;
    } catch {
      // The person thought better of it.
    }
  }
}

/** A row of a list of facts. */
export function row(told, value) {
  const [term, fact] = [document.createElement("dt"), document.createElement("dd")];
  [term.textContent, fact.textContent] = [told, value];
  return [term, fact];
}
