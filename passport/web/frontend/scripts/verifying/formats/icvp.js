// WHO international certificate of vaccination (ICVP) in the HC1 container, generations 1 to 3.
import schema from "../../../../../formats/data/icvp.schema.json";
import { addDays } from "../domain/dates.js";
import { holder, tidy } from "../domain/names.js";
import * as content from "./content.js";

const YELLOW_FEVER = ["16541001", "1D47"]; // SNOMED CT, ICD-11
const YELLOW_FEVER_WAIT = 10; // days; International Health Regulations, Annex 7 2(a)(iv)
const DISEASES = { YellowFever: "16541001", Polio: "398102009", Diphtheria: "398102009" };
const LAST_DAY = "9999-12-31";

/** Always a vaccination; throws bad_content when no dose is told. */
export function kind(envelope) {
  toldDoses(envelope.payload.content);
  return "vaccination";
}

/** The certificate in a believed `envelope`; throws bad_content. Protection can be for life. */
export function read(envelope, keyCountry) {
  const claimed = envelope.payload;
  const said = claimed.content;
  const told = toldDoses(said);
  const doses = told.map(dose);
  const name = tidy(said.n);
  const person = holder({ family: name, given: null, born: content.born(said.dob) });
  content.requireAfterBirth(person.born, doses.map(({ date }) => date));
  return {
    format: "icvp",
    kind: "vaccination",
    identifier: null,
    issuer: claimed.issuer,
    country: keyCountry || claimed.country,
    keyId: envelope.keyId,
    issuedAt: content.moment(claimed.issued),
    expiresAt: content.maybeMoment(claimed.expires),
    holder: person,
    doses,
    payload: said,
    happenedOn: content.latest(doses.map(({ date }) => date)),
    statedCountry: null,
    notBefore: content.maybeMoment(claimed.notBefore),
    protectsFrom: outermost(told.map((one, place) => protectsFrom(one, doses[place])), (days) => days[0]),
    protectsUntil: outermost(told.map(({ vle }) => namedDay(vle)), (days) => days.at(-1)),
  };
}

function toldDoses(said) {
  content.check(said, schema, "icvp");
  return [Object.hasOwn(said, "vx") ? said.vx : said.v].flat();
}

function dose(told) {
  const derived = Object.entries(DISEASES).find(([start]) => told.vp.startsWith(start));
  return {
    disease: told.tg || derived?.[1] || "",
    vaccine: told.vp,
    product: told.mp || told.vp,
    manufacturer: told.ma ?? null,
    number: Number.isInteger(told.dn) ? told.dn : null, // generation 1 also writes words
    of: null,
    date: content.day(told.dv || told.dt),
    country: null,
    lot: told.bo ?? null,
  };
}

/** The first day of protection by one dose: as told, else ten days after a dose against yellow fever. */
function protectsFrom(told, { date, disease }) {
  const day = namedDay(told.vls);
  if (day || !YELLOW_FEVER.includes(disease)) return day;
  return addDays(date, YELLOW_FEVER_WAIT) ?? LAST_DAY;
}

/** The day that `text` names, null where it is told in words, such as for life. */
const namedDay = (text) => (/^\d/.test(text ?? "") ? content.day(text) : null);

/** A booklet protects while one of its doses does; null where one of them has no bound. */
const outermost = (days, choose) => (days.every(Boolean) ? choose([...days].sort()) : null);
