// What the start page says of this device: where it checks, how old its lists are, its clock, its network, its browser.
import { fill, listsLine, moment } from "./face.js";
import { now } from "./clock.js";
import { row } from "./shift.js";

const SOON = 3 * 86_400_000; // milliseconds before lists are too old: time to find a network
const IN_APP = /Zalo|FBA[NV]|FB_IAB|Instagram|Messenger|TikTok|musical_ly|MicroMessenger|\bLine\//i;
const at = (id) => document.getElementById(id);

/** Says it, and goes on saying it as it changes. */
export function watch(kept, words) {
  at("in-app").hidden = !IN_APP.test(navigator.userAgent);
  const network = () => (at("away").hidden = navigator.onLine);
  network();
  window.addEventListener("offline", network);
  window.addEventListener("online", () => (network(), kept.renew()));
  setInterval(() => tellLists(kept, words), 60_000);
  setInterval(() => navigator.onLine && kept.renewIfDue(), 60_000);

  at("renew").addEventListener("click", () => kept.renew());
  at("bundle").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    const told = await kept.load(file).then(() => "taken", (error) => error.reason);
    target.value = "";
    at("list-told").textContent = words.file[told] ?? words.file.not_lists;
  });
}

/** The lines about lists and clock; called whenever the lists change. */
export function tellLists(kept, words) {
  const ages = kept.ages;
  const device = Boolean(ages);
  at("clock").hidden = !kept.clockIsWrong;
  at("clock").textContent = fill(words.clock, { time: moment(words.zone, now()) });
  if (!device) return;
  at("where").textContent = at("where").dataset.device;
  const dates = Object.fromEntries(Object.entries(ages).map(([name, age]) => [name, age?.dated.toISOString()]));
  const line = listsLine(dates, words);
  const left = Math.min(...Object.values(ages).map((age) => age?.left ?? Infinity));
  const old = left < SOON;
  at("lists").hidden = old || !line;
  at("old-lists").hidden = !old;
  at("lists").textContent = old ? "" : line;
  at("old-lists").textContent = old ? line : "";
  tellDates(ages, words);
}

function tellDates(ages, words) {
  const names = at("list-dates").dataset;
  const rows = Object.entries(ages).map(([name, age]) => row(names[name], age ? moment(words.zone, age.dated) : "–"));
  at("list-dates").replaceChildren(...rows.flat());
}
