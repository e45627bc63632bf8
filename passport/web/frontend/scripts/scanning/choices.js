// Against what is checked: policy, country and day, chosen before and always shown; the name of the checkpoint.
import { day, dayIn } from "./face.js";
import { now } from "./clock.js";
import { recall, remember } from "./remembered.js";

const NAMES = ["policy", "country", "place"];
const PLACE_LIMIT = 60; // characters; passport/web/scanner_setup.py

export class Choices {
  #form;
  #words;
  #place = "";
  #places = document.querySelectorAll("#terms, [data-terms]");

  constructor(form, words) {
    [this.#form, this.#words] = [form, words];
    const asked = new URLSearchParams(location.search);
    const { policy, country, place } = recall("choices", {});
    this.#choose({ policy, country, place, ...Object.fromEntries(asked) });
    if (NAMES.some((name) => asked.has(name))) this.#keep();
    form.addEventListener("change", ({ target }) => {
      if (["policy", "country", "on"].includes(target.name)) this.#keep();
    });
    this.tell();
  }

  /** As a check takes them; `at` is null for this moment. */
  get terms() {
    const { policy, country, on } = this.#form;
    return { policy: policy.value || null, country: country.value || null, at: on.value && on.value !== this.#today ? on.value : null };
  }

  get place() {
    return this.#place;
  }

  /** Wording 11. */
  get told() {
    return this.#words.terms.replace("{policy}", this.#asked(this.#form)).replace("{date}", day(this.#form.on.value || this.#today));
  }

  tell() {
    for (const place of this.#places) place.textContent = this.told;
    const name = document.getElementById("place");
    name.textContent = this.#place;
    name.hidden = !this.#place;
  }

  /** The choices in a setup code: an address of this page, `home`, that names policy and country; null for others. */
  static read(text, home) {
    if (!URL.canParse?.(text)) return null;
    const address = new URL(text);
    const ours = [home, location.origin].some((start) => address.origin === new URL(start).origin);
    const named = ["policy", "country"].every((name) => address.searchParams.has(name));
    return ours && address.pathname === "/verify" && named ? Object.fromEntries(address.searchParams) : null;
  }

  /** What choices from a setup code would mean, in words. */
  describe({ policy, country, place }) {
    const wanted = { policy: this.#option("policy", policy), country: this.#option("country", country) };
    return [place?.slice(0, PLACE_LIMIT), this.#asked(wanted)].filter(Boolean).join(" · ");
  }

  /** Takes the choices of a setup code, the day of today included. */
  adopt(chosen) {
    this.#choose({ place: "", on: "", ...chosen });
    this.#keep();
  }

  get #today() {
    return dayIn(this.#words.zone, now());
  }

  #choose({ policy, country, place, on }) {
    for (const [name, value] of Object.entries({ policy, country })) {
      if (value !== undefined) this.#form[name].value = this.#option(name, value).value;
    }
    if (place !== undefined) this.#place = place.slice(0, PLACE_LIMIT);
    if (on !== undefined) this.#form.on.value = on;
  }

  /** In storage and in the address, so that a reload finds them; the day in the address alone: it ends with the visit. */
  #keep() {
    const [policy, country, on] = ["policy", "country", "on"].map((name) => this.#form[name].value);
    remember("choices", { policy, country, place: this.#place });
    const address = new URL(location.href);
    for (const [name, value] of Object.entries({ policy, country, on })) address.searchParams.set(name, value);
    for (const name of ["place", ...(on ? [] : ["on"])]) address.searchParams.delete(name);
    history.replaceState(null, "", address);
    this.tell();
  }

  #option(name, value) {
    const options = [...this.#form[name].options];
    const found = options.find((option) => option.value === value) ?? options[0];
    return { value: found.value, selectedOptions: [found] };
  }

  #asked({ policy, country }) {
    const name = (select) => select.selectedOptions[0].text;
    const asked = [policy.value && name(policy), country.value && this.#words.rules_of.replace("{country}", name(country))];
    return asked.filter(Boolean).join(", ") || this.#words.no_policy;
  }
}
