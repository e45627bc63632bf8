// What a verdict says in words (passport/errors.py, passport/verifying/saying.py); the sentences come with the lists.
import { spokenDay } from "./domain/dates.js";

const ONE_OF_MANY = /\b1 (day|dose|row)s\b/g;

/** Message and advice of a reason (null: valid) in both languages, from the catalogue that the lists hold. */
export function told(failure, { sentences, names }) {
  const { reason = "valid", variant = null, values = {} } = failure ?? {};
  const entry = sentences[`${reason}.${variant}`] ?? sentences[reason];
  const spoken = { ...values };
  if (values.date) spoken.date = spokenDay(values.date);
  if (values.country) spoken.country = names.country(values.country);
  const filled = (part) => ({
    vi: fill(entry[`${part}_vi`], spoken, "vi"),
    en: fill(entry[`${part}_en`], spoken, "en").replace(ONE_OF_MANY, "1 $1"), // Vietnamese has no plural
  });
  return { message: filled("message"), advice: filled("advice") };
}

function fill(text = "", values, language) {
  const spoken = (name) => (Object.hasOwn(values, name) ? (values[name][language] ?? values[name]) : "…");
  return text.replace(/\{(\w+)\}/g, (_, name) => spoken(name));
}
