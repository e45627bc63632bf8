// SMART Health Cards 1.4: a JWS over FHIR resources, as `shc:/` digits, in parts, bare, or in a file.
import schema from "../../../../../formats/data/shc.schema.json";
import { Failure } from "../failure.js";
import { INFLATED_LIMIT, inflateRaw } from "../codecs/deflate.js";
import * as jws from "../codecs/jws.js";
import { loads } from "../codecs/strict_json.js";
import { holder, strip, tidy, words } from "../domain/names.js";
import * as content from "./content.js";

export const TEXT_LIMIT = INFLATED_LIMIT; // characters of a whole file or of all parts together
const CARD_LIMIT = 4296; // characters of one JWS, as of one code of any format
const [SINGLE_LIMIT, PART_LIMIT] = [1195, 1191]; // characters of JWS in one symbol of version 22, level L
const PREFIX = "shc:/";
const PART = /^shc:\/(?:([1-9][0-9]?)\/([1-9][0-9]?)\/)?([0-9]+)$/;
const COMPACT = /^eyJ[A-Za-z0-9_-]*\.[^.]*\.[^.]*/;
const FILE = /^\{[^]*"verifiableCredential"/;
const [OFFSET, HIGHEST] = [45, 77]; // a character is written as two digits, its code less that of "-"

const CVX = "http://hl7.org/fhir/sid/cvx";
const COVID_TYPE = "https://smarthealth.cards#covid19";
const COVID = "840539006"; // SNOMED CT, as the EU writes the disease
// CVX codes of COVID-19 vaccines; what lies between them is against hepatitis B, tick-borne encephalitis and RSV.
const COVID_CVX = [[207, 208], [210, 213], [217, 219], [221, 221], [225, 230], [300, 302], [308, 313], [500, 521]];

export const claims = (text) => text.startsWith(PREFIX) || COMPACT.test(text) || FILE.test(text);

/** Texts that were read, with all parts of a card as one text in the place of the first. */
export function join(texts) {
  const whole = texts.filter((text) => part(text)).join(" ");
  return [...new Set(texts.map((text) => (part(text) ? whole : text)))];
}

/** Which part of how many a code is, {place, total}; null for whatever is no part of a card in several codes. */
export function part(text) {
  const [, place, total] = PART.exec(text) ?? [];
  return place ? { place: Number(place), total: Number(total) } : null;
}

/** The text of each card of a file of several; whatever else `text` is, it alone. */
export function split(text) {
  if (!claims(text) || text.length > TEXT_LIMIT) return [text];
  try {
    return cards(text);
  } catch (error) {
    if (error instanceof Failure) return [text];
    throw error;
  }
}

/** Opens the one card in `text`; several in a file are bad_structure here, for each is to be judged. */
export async function open(text) {
  const found = cards(text);
  if (found.length !== 1) throw new Failure("bad_structure", `${found.length} cards in one file`);
  const token = jws.parse(found[0]);
  if (token.header.zip !== "DEF") throw new Failure("bad_compression", "not declared as DEFLATE");
  const claimed = loads(inflateRaw(token.payload));
  if (!isObject(claimed)) throw new Failure("bad_structure", "the claims are no object");
  const keyId = token.header.kid === undefined ? "" : token.header.kid;
  if (typeof keyId !== "string") throw new Failure("bad_structure", "the key id is not text");
  if (token.header.alg !== "ES256") throw new Failure("unsupported_algorithm", "not ES256");
  return {
    format: "shc",
    algorithm: "ES256",
    keyId,
    keyIssuer: typeof claimed.iss === "string" ? claimed.iss : null,
    signed: token.signed,
    signature: token.signature,
    certificate: null,
    payload: claimed,
  };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The JWS of every card in `text`; throws bad_encoding, bad_structure, too_large. */
function cards(text) {
  let found = [text];
  if (text.startsWith(PREFIX)) found = [fromDigits(text)];
  else if (text.startsWith("{")) found = fromFile(loads(text));
  if (found.some((card) => card.length > CARD_LIMIT)) {
    throw new Failure("too_large", `a card of more than ${CARD_LIMIT} characters`);
  }
  return found;
}

/** The JWS in one code or in all parts of one, in any order, white space between them. */
function fromDigits(text) {
  const parts = new Map();
  const numbered = words(text).map((code) => PART.exec(code));
  for (const match of numbered) {
    if (!match || match[3].length % 2) throw new Failure("bad_encoding", "not pairs of digits");
    const [place, total] = [Number(match[1] ?? 1), Number(match[2] ?? 1)];
    if (total !== numbered.length || place > total || parts.has(place)) {
      throw new Failure("bad_encoding", `part ${place} of ${total} among ${numbered.length}`);
    }
    parts.set(place, characters(match[3], match[1] ? PART_LIMIT : SINGLE_LIMIT));
  }
  return [...parts.keys()].sort((left, right) => left - right).map((place) => parts.get(place)).join("");
}

function characters(digits, limit) {
  if (digits.length > 2 * limit) throw new Failure("too_large", `more than ${limit} characters in one code`);
  const pairs = digits.match(/../g).map(Number);
  if (pairs.some((pair) => pair > HIGHEST)) {
    throw new Failure("bad_encoding", "a pair of digits that stands for no character");
  }
  return String.fromCharCode(...pairs.map((pair) => OFFSET + pair));
}

/** The cards of a `.smart-health-card` file or of the answer of a FHIR server ($health-cards-issue). */
function fromFile(file) {
  let found = [];
  if (isObject(file) && Array.isArray(file.verifiableCredential)) found = file.verifiableCredential;
  else if (isObject(file) && file.resourceType === "Parameters" && Array.isArray(file.parameter)) {
    const issued = file.parameter.filter((one) => one?.name === "verifiableCredential").map((one) => one.valueString);
    found = issued.filter((card) => (card ?? null) !== null);
  }
  if (!found.length || !found.every((card) => typeof card === "string")) {
    throw new Failure("bad_structure", "not a file of cards");
  }
  return found.map(strip);
}

/** Vaccination where an immunization is told, else test; throws bad_content. */
export function kind(envelope) {
  content.check(envelope.payload, schema, "shc");
  const told = resources(envelope.payload).map(({ resourceType }) => resourceType);
  if (told.includes("Immunization")) return "vaccination";
  if (told.includes("Observation")) return "test";
  throw new Failure("bad_content", "neither an immunization nor a test");
}

/** The card in a believed `envelope`; throws bad_content. Leaves out a dose that was less than a full one. */
export function read(envelope, keyCountry) {
  const claimed = envelope.payload;
  const stated = kind(envelope);
  const told = (type) => resources(claimed).filter(({ resourceType }) => resourceType === type);
  const patients = told("Patient");
  if (patients.length !== 1) throw new Failure("bad_content", `${patients.length} patients instead of one`);
  const aboutCovid = claimed.vc.type.includes(COVID_TYPE);
  const given = told("Immunization").filter(({ isSubpotent }) => !truthy(isSubpotent));
  const doses = given.map((immunization) => dose(immunization, aboutCovid));
  const samples = told("Observation").map(({ effectiveDateTime }) => content.day(effectiveDateTime));
  const happened = [...doses.map(({ date }) => date), ...samples];
  const person = holderOf(patients[0]);
  content.requireAfterBirth(person.born, happened);
  return {
    format: "shc",
    kind: stated,
    identifier: claimed.vc.rid ?? null,
    issuer: claimed.iss,
    country: keyCountry,
    keyId: envelope.keyId,
    issuedAt: content.moment(claimed.nbf),
    expiresAt: content.maybeMoment(claimed.exp),
    holder: person,
    doses,
    payload: claimed,
    happenedOn: content.latest(happened),
    statedCountry: null,
    notBefore: null,
    protectsFrom: null,
    protectsUntil: null,
  };
}

const resources = (claimed) => claimed.vc.credentialSubject.fhirBundle.entry.map(({ resource }) => resource);

/** Whether a JSON value counts as said: an empty list or object does not. */
const truthy = (value) => Boolean(value) && (typeof value !== "object" || Object.keys(value).length > 0);

/** One dose; the type of the card says what it is against only where its code does not tell. */
function dose(immunization, aboutCovid) {
  const codings = immunization.vaccineCode.coding;
  const cvx = codings.find(({ system }) => system === CVX)?.code ?? null;
  const code = cvx ?? codings[0].code;
  const known = cvx === null ? aboutCovid : isCovid(cvx);
  return {
    disease: known ? COVID : "",
    vaccine: code,
    product: code,
    manufacturer: null,
    number: null,
    of: null,
    date: content.day(immunization.occurrenceDateTime),
    country: null,
    lot: immunization.lotNumber ?? null,
  };
}

const isCovid = (cvx) =>
  String(Number(cvx)) === cvx && COVID_CVX.some(([first, last]) => first <= Number(cvx) && Number(cvx) <= last);

function holderOf(patient) {
  const name = patient.name[0];
  let family = tidy(name.family ?? "") || null;
  const given = tidy((name.given ?? []).join(" ")) || null;
  if (!family && !given) family = tidy(name.text ?? "") || null;
  if (!family && !given) throw new Failure("bad_content", "no name");
  return holder({ family, given, born: content.born(patient.birthDate) });
}
