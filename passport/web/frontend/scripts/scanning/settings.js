// How this device tells its results, remembered: sound, vibration, how long a result stays, which camera.
import { recall, remember } from "./remembered.js";

const USUAL = { sound: true, vibration: true, seconds: 5, facing: "environment" };

export class Settings {
  #values = recall("settings", USUAL);

  constructor(form) {
    const signals = [...form.querySelectorAll("[name=signals]")];
    for (const box of signals) {
      box.checked = this.#values[box.value];
      box.addEventListener("change", () => this.set({ [box.value]: box.checked }));
    }
    form.seconds.value = this.#values.seconds;
    form.seconds.addEventListener("change", () => this.set({ seconds: Number(form.seconds.value) }));
  }

  /** {sound, vibration, seconds, facing}; 0 seconds: a result stays until it is put away. */
  get values() {
    return this.#values;
  }

  set(changed) {
    this.#values = { ...this.#values, ...changed };
    remember("settings", this.#values);
  }
}
