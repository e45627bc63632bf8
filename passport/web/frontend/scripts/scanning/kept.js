// The signed lists that this device keeps in IndexedDB, renewed whenever there is a network. Nothing else is in there.
import { openDB } from "idb";

import { ages, openLists } from "../verifying/lists.js";
import { clockIsWrong, compareClock, now } from "./clock.js";

const BUNDLE = "/trust/bundle";
const SIGNERS = "/.well-known/jwks.json";
const STORE = "lists";
const CURRENT = "current";
const HOUR = 3_600_000; // milliseconds

export class KeptLists {
  /** What `openLists` made; null where no list was ever opened here. */
  lists = null;
  #changed;
  #database;
  #signers = [];
  #renewed = -Infinity;
  /** Settles once it is known whether this device can check by itself. */
  ready;

  constructor({ changed }) {
    this.#changed = changed;
    this.ready = this.#start();
  }

  /** How old the lists are: as `ages`, null without lists. */
  get ages() {
    return this.lists && ages(this.lists, now());
  }

  /** Whether a list is too old to let anybody through. */
  get stale() {
    return Object.values(this.ages ?? {}).some((age) => age?.left != null && age.left < 0);
  }

  /** Whether a list is dated after the device's clock, or the service said that the clock is wrong. */
  get clockIsWrong() {
    return clockIsWrong() || Object.values(this.ages ?? {}).some((age) => age?.age < -120_000);
  }

  /** Fetches the lists; true when they are the newest now. Nothing of a check is in these two requests. */
  async renew() {
    try {
      const sent = Date.now();
      const [signers, bundle] = await Promise.all([SIGNERS, BUNDLE].map((address) => fetch(address, { cache: "no-store" })));
      compareClock(bundle, sent);
      if (!signers.ok || !bundle.ok) return false;
      await this.#take(await bundle.json(), (await signers.json()).keys);
      this.#renewed = Date.now();
      return true;
    } catch {
      return false; // no network, or lists that nobody signed: those that are kept stay
    } finally {
      this.#changed();
    }
  }

  /** Renews what is older than an hour. */
  renewIfDue() {
    return Date.now() - this.#renewed > HOUR ? this.renew() : null;
  }

  /** Takes the lists in a file; rejects with the `reason` of a ListsError. */
  async load(file) {
    let texts = null;
    try {
      texts = JSON.parse(await file.text());
    } catch {
      throw Object.assign(new Error("not JSON"), { reason: "not_lists" });
    }
    await this.#take(texts, this.#signers);
    this.#changed();
  }

  async #start() {
    try {
      this.#database = await openDB("scanner", 1, { upgrade: (database) => database.createObjectStore(STORE) });
      const kept = await this.#database.get(STORE, CURRENT);
      if (kept) await this.#open(kept.texts, kept.signers);
    } catch {
      // Storage is switched off or spoilt: the lists are fetched anew.
    }
    this.#changed();
    const renewing = this.renew();
    if (!this.lists) await renewing;
  }

  async #open(texts, pinned) {
    this.lists = await openLists(texts, { pinned, kept: this.lists });
    this.#signers = this.lists.signers;
  }

  async #take({ trust, revocations, rules }, pinned) {
    await this.#open({ trust, revocations, rules }, pinned);
    await this.#database?.put(STORE, { texts: { trust, revocations, rules }, signers: this.#signers }, CURRENT).catch(() => {});
  }
}
