// EU digital COVID certificate (schema 1.3) in the HC1 container.
import schema from "../../../../../formats/data/dcc.schema.json";
import { Failure } from "../failure.js";
import { isMap, member } from "../codecs/cbor.js";
import { utcDay } from "../domain/dates.js";
import { holder, tidy } from "../domain/names.js";
import * as content from "./content.js";

const KINDS = { v: "vaccination", t: "test", r: "recovery" };
const PAST = ["dt", "sc", "fr"]; // dose, sample, first positive result
const DATES = [...PAST, "df", "du"];

/** What the certificate states; throws bad_content unless it makes exactly one statement. */
export const kind = (envelope) => entry(envelope.payload.content).stated;

/** The certificate in a believed `envelope`; `keyCountry`, where known, is the country of its key. Throws bad_content. */
export function read(envelope, keyCountry) {
  const claimed = envelope.payload;
  const dcc = claimed.content;
  const { stated, told } = entry(dcc);
  content.check(dcc, schema, "dcc");
  const [issuedAt, expiresAt] = [content.moment(claimed.issued), content.moment(claimed.expires)];
  const person = holderOf(dcc.nam, dcc.dob);
  const days = new Map(DATES.filter((name) => told[name]).map((name) => [name, content.day(told[name])]));
  content.requireAfterBirth(person.born, [utcDay(issuedAt), ...days.values()]);
  return {
    format: "hc1",
    kind: stated,
    identifier: told.ci || null,
    issuer: told.is || claimed.issuer,
    country: keyCountry || claimed.country || told.co || null,
    keyId: envelope.keyId,
    issuedAt,
    expiresAt,
    holder: person,
    doses: stated === "vaccination" ? [dose(told)] : [],
    payload: dcc,
    happenedOn: content.latest(PAST.map((name) => days.get(name))),
    statedCountry: told.co || null,
    notBefore: content.maybeMoment(claimed.notBefore),
    protectsFrom: null,
    protectsUntil: null,
  };
}

function entry(dcc) {
  const entries = [];
  for (const [name, stated] of Object.entries(KINDS)) {
    const group = member(dcc, name) ?? null;
    if (group !== null && !Array.isArray(group)) throw new Failure("bad_content", `${name}: not a list`);
    entries.push(...(group ?? []).map((told) => ({ stated, told })));
  }
  if (entries.length !== 1 || !isMap(entries[0].told)) {
    throw new Failure("bad_content", `${entries.length} statements instead of one`);
  }
  return entries[0];
}

function holderOf(nam, dob) {
  const [family, given] = [nam.fn, nam.gn].map((name) => tidy(name || "") || null);
  return holder({ family, given, latin: { family: nam.fnt, given: nam.gnt }, born: content.born(dob) });
}

function dose(told) {
  return {
    disease: told.tg,
    vaccine: told.vp || null,
    product: told.mp || null,
    manufacturer: told.ma || null,
    number: told.dn ?? null,
    of: told.sd ?? null,
    date: content.day(told.dt),
    country: told.co || null,
    lot: null,
  };
}
