// Collects the codes of a card that stands in several: in any order, each once.
import { join, part } from "../verifying/verify.js";

export class Parts {
  #texts = new Map();
  #total = 0;

  /** Whether `text` is something new: no part that was seen already. */
  isNew(text) {
    const found = part(text);
    return !found || this.#texts.get(found.place) !== text;
  }

  /** The whole credential once its last code was seen; until then {count, total} of a card in several codes. */
  add(text) {
    const found = part(text);
    if (!found) return { whole: text };
    const seen = this.#texts.get(found.place);
    if (found.total !== this.#total || (seen && seen !== text)) this.#texts.clear(); // another card has begun
    this.#total = found.total;
    this.#texts.set(found.place, text);
    if (this.#texts.size < found.total) return { count: this.#texts.size, total: found.total };
    return { whole: join([...this.#texts.values()])[0] };
  }
}
