// Where a certificate is checked: on this device with the lists that it keeps. Only a device that cannot (no lists, no
// WebCrypto) sends it to the service, and the page says so beforehand.
import { answer } from "../verifying/several.js";
import { now } from "./clock.js";
import { textIn } from "./files.js";
import { reduced } from "./reading.js";

const VERIFICATIONS = "/api/v1/verifications";
const PDF = "application/pdf";
const READABLE = ["image/png", "image/jpeg", "image/webp", PDF]; // by the service
const LARGE = 2_000_000; // bytes; larger pictures are sent smaller
const LONGEST_SIDE = 2400; // pixels of a picture that is sent smaller
const NO_CERTIFICATE = ["not_a_certificate", "unsupported_version", "too_large"]; // the reasons of the first step

export class Checker {
  #kept;
  #files;
  #words;

  constructor({ kept, files, words }) {
    [this.#kept, this.#files, this.#words] = [kept, files, words];
  }

  /** Whether this device checks by itself; known once `kept.ready`. */
  get onDevice() {
    return this.#kept.lists !== null;
  }

  async text(text, terms) {
    await this.#kept.ready;
    if (this.onDevice) return this.#verify(text, terms);
    return this.#ask({ headers: { "Content-Type": "application/json" }, body: JSON.stringify({ credential: text, ...terms }) });
  }

  async file(file, terms) {
    await this.#kept.ready;
    try {
      const text = await textIn(file);
      if (text !== null) return await this.text(text, terms);
      if (!this.onDevice) return await this.#send(file, terms);
      return await this.#first(await this.#files.credentials(file), terms);
    } catch (error) {
      return this.#unread(error.reason ?? "unreadable_image"); // without a reason: the file is gone
    }
  }

  /** A verdict of the page itself, in the shape of every other; `said` chooses another sentence for `reason`. */
  own(reason, { heading, said = reason, of = {}, values = {} }) {
    const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "–");
    const both = (text) => ({ vi: fill(text), en: fill(text) });
    const { message, advice } = this.#words.reasons[said];
    const outcome = heading === "undetermined" ? "undetermined" : "invalid";
    const nothing = { test: false, certificate: null, dose_status: null, rules: null, lists: {} };
    return { ...nothing, ...of, outcome, reason, heading, message: both(message), advice: both(advice) };
  }

  /** Of several certificates in a file the first counts. */
  async #first(texts, terms) {
    let first = null;
    for (const text of texts) {
      const verdict = await this.#verify(text, terms);
      if (!NO_CERTIFICATE.includes(verdict.reason)) return verdict;
      first ??= verdict;
    }
    return first ?? this.#unread("unreadable_image");
  }

  #unread(reason) {
    if (reason === "no_reader") return this.own("unavailable", { heading: "undetermined", said: reason });
    return this.own(reason, { heading: "unread" });
  }

  async #verify(text, { policy, country, at }) {
    try {
      return await answer(text, { lists: this.#kept.lists, now: now(), at: at && new Date(at), country, policy });
    } catch {
      return this.own("unavailable", { heading: "undetermined" }); // such as a policy that the lists do not know
    }
  }

  async #send(file, terms) {
    const body = new FormData();
    body.append("image", await smaller(file), "image");
    for (const [name, value] of Object.entries(terms)) if (value) body.append(name, value);
    return this.#ask({ body });
  }

  /** The service's verdict. */
  async #ask(request) {
    try {
      const response = await fetch(VERIFICATIONS, { method: "POST", ...request });
      if (response.ok) return await response.json();
    } catch {
      // No network: the same outcome as a service that does not respond.
    }
    return this.own("unavailable", { heading: "undetermined", said: navigator.onLine ? "unavailable" : "no_lists" });
  }
}

/** The file itself, or a smaller JPEG of a picture that is large or in a format that few can read. */
async function smaller(file) {
  if (READABLE.includes(file.type) && (file.size <= LARGE || file.type === PDF)) return file;
  try {
    const canvas = reduced(await createImageBitmap(file, { imageOrientation: "from-image" }), LONGEST_SIDE);
    return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92))) ?? file;
  } catch {
    return file; // the service says what is wrong with it
  }
}
