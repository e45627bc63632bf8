// Fills the result's template with a verdict, by text alone. The server fills the same template for pages without
// JavaScript (passport/web/result.py).
import { now } from "./clock.js";

const language = document.documentElement.lang;
const DAY = 86_400_000; // milliseconds

/** The headings under which the document decides who it is. */
export const COMPARED = ["valid", "rule", "undetermined"];

/** `sentence` with its {gaps} filled in. */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "–");
const told = (sentence) => sentence?.[language] ?? "";

/** A date as people write it; `text` is YYYY, YYYY-MM or YYYY-MM-DD. */
export function day(text) {
  const [year, month, dom] = text.split("-");
  if (language === "vi") return [dom, month, year].filter(Boolean).join("/");
  const name = month && new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" }).format(new Date(`${year}-${month}-01`));
  return [dom && Number(dom), name, year].filter(Boolean).join(" ");
}

/** The calendar day of an instant in the service's time zone, YYYY-MM-DD. */
export function dayIn(zone, instant) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
}

/** An instant in the service's time zone: 14:05 ngày 02/01/2027. */
export function moment(zone, instant) {
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(instant);
  const date = day(dayIn(zone, instant));
  return language === "vi" ? `${time} ngày ${date}` : `${date}, ${time}`;
}

function plural(forms, count) {
  return forms[language === "en" && count === 1 ? "one" : "other"];
}

function doseLine(verdict, words) {
  const status = verdict.dose_status;
  if (!verdict.certificate || status?.last_dose == null || status.days_since == null) return "";
  const dose = verdict.certificate.doses.find(({ date }) => date === status.last_dose);
  return fill(plural(words.dose, status.days_since), {
    number: status.number || undefined,
    of: status.of || undefined,
    product: dose?.names.product ?? undefined,
    date: day(status.last_dose),
    days: status.days_since,
  });
}

/** How old lists of these dates (ISO 8601) are, in words; "" where none is dated. */
export function listsLine(lists, words) {
  const dated = ["trust", "revocation"]
    .filter((name) => lists[name])
    .map((name) => ({ made: Date.parse(lists[name]), end: Date.parse(lists[name]) + words.max_days[name] * DAY }));
  if (!dated.length) return "";
  const time = now().getTime();
  const [age, left] = [time - Math.min(...dated.map((d) => d.made)), Math.min(...dated.map((d) => d.end)) - time];
  if (left < 0) return fill(words.stale, { n: Math.max(1, Math.floor(-left / DAY)) });
  if (age < DAY) return words.fresh;
  const days = Math.floor(age / DAY);
  return fill(plural(words.ageing, days), { days, time: moment(words.zone, new Date(time + left)) });
}

function lines(verdict, terms, words) {
  const holder = verdict.certificate?.holder;
  const advice = told(verdict.advice);
  return {
    test: verdict.test ? words.test : "",
    word: words.headings[verdict.heading],
    message: told(verdict.message),
    advice: advice === words.compare ? "" : advice,
    name: holder?.name ?? "",
    born: holder?.born ? fill(words.born, { date: day(holder.born) }) : "",
    compare: holder && COMPARED.includes(verdict.heading) ? words.compare : "",
    dose: doseLine(verdict, words),
    not_ill: verdict.outcome === "invalid" && verdict.heading !== "unread" ? words.not_ill : "",
    terms,
    lists: listsLine(verdict.lists, words),
    reason: verdict.reason ?? "",
  };
}

/** The result of `verdict` as an element: its lines filled in, what does not apply taken away. */
export function face(template, verdict, terms, words) {
  const result = template.content.firstElementChild.cloneNode(true);
  for (const name of ["outcome", "reason", "heading"]) result.dataset[name] = verdict[name] ?? "";
  const sign = result.querySelector("[data-sign]");
  sign.setAttribute("href", `${sign.dataset.sign}#${verdict.heading}`);
  for (const [slot, text] of Object.entries(lines(verdict, terms, words))) {
    const place = result.querySelector(`[data-slot="${slot}"]`);
    place.textContent = text;
    if (!text) (place.closest("p") ?? place).remove();
  }
  if (!verdict.certificate) result.querySelector("[data-slot-group=holder]").remove();
  const rules = result.querySelector("[data-slot-group=rules]");
  for (const rule of verdict.rules?.results ?? []) {
    const item = document.createElement("li");
    item.dataset.result = rule.result;
    const [id, description] = [document.createElement("span"), document.createElement("span")];
    id.className = "code";
    id.textContent = rule.id;
    description.lang = "en";
    description.textContent = rule.description;
    item.append(id, " ", description);
    rules.querySelector("ul").append(item);
  }
  if (!rules.querySelector("li")) rules.remove();
  return result;
}
