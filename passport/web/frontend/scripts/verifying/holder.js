// Whether two names and birth dates can be one person's (passport/verifying/holder.py, which says why and when).
import { casefold, fold, SPACE, transliterate } from "./domain/names.js";

// Letters left of a name field of a machine-readable zone, and of a part of the EU certificate, once cut off.
const [MRZ_LIMIT, PART_LIMIT] = [37, 79];

const SEPARATORS = new RegExp(`[${SPACE}<,;./_\\-‐‑–]+`);
const APOSTROPHES = /['’‘`´ʼ＇]/g;
const WORD = /[\p{L}\p{N}]/u;
const TONES = "\u0300\u0301\u0303\u0309\u0323"; // grave, acute, tilde, hook, dot below

// Words of bookings and of some issuers that are no part of a name.
const TITLES = ["DR", "PROF", "MR", "MRS", "MS", "MISS", "MSTR"];
const NO_NAME = ["FNU", "LNU", "XXX", "UNKNOWN"];

/**
 * How `name` and `born` (YYYY[-MM[-DD]], or null where unknown) compare with a certificate's holder. Behind one of the
 * Vietnamese `familyNames` the given name is the last word, elsewhere it is the first given name.
 */
export function match({ name, born }, holder, familyNames) {
  return { name: matchName(name, holder, familyNames), born: born === null ? null : matchBorn(born, holder.born) };
}

function matchBorn(typed, stated) {
  if (typed === stated) return "exact";
  return stated === null || typed.startsWith(stated) || stated.startsWith(typed) ? "consistent" : "different";
}

function matchName(typed, { family, given, latin }, familyNames) {
  const parts = family || given ? [family ?? "", given ?? ""] : [latin.family, latin.given];
  const stated = [...spelling(parts.join(" ")), ...spelling([...parts].reverse().join(" "))];
  if (spelling(typed).some((one) => stated.includes(one))) return "exact";
  const written = [inLatin(typed), bare(typed)];
  const forms = formsOf({ family: family ?? "", given: given ?? "", latin });
  const any = (agree) => written.some((words) => forms.some((form) => agree(words, form)));
  if (any(sameLetters)) return "same_transliteration";
  const fewerWords = (words, form) => missingMiddle(words, form, familyNames);
  return [sameWords, cutOff, fewerWords, oneName].some(any) ? "near" : "different";
}

/** The name with its marks, words run together: as it stands, and with the tone behind its word (hòa and hoà). */
function spelling(text) {
  const words = split(text).map((word) => casefold(word).normalize("NFD"));
  return [words.join(""), words.map(toneBehind).join("")].filter(Boolean);
}

function toneBehind(word) {
  const letters = [...word];
  const isTone = (letter) => TONES.includes(letter);
  return [...letters.filter((letter) => !isTone(letter)), ...letters.filter(isTone)].join("");
}

/** [family words, given words] in Latin letters; a form that lacks a stated part would agree with half a name. */
function formsOf({ family, given, latin }) {
  const forms = [
    [inLatin(latin.family), inLatin(latin.given)],
    [inLatin(family), inLatin(given)],
    [bare(family), bare(given)],
  ];
  return forms.filter(([first, last]) => (first.length || !family) && (last.length || !given));
}

const split = (text) => text.replace(APOSTROPHES, "").normalize("NFKC").split(SEPARATORS).filter((word) => WORD.test(word));

/** The words in the letters of a machine-readable zone; none at all when one of them has no such form. */
function inLatin(text) {
  const words = split(text).map(transliterate);
  return words.every(Boolean) ? words : [];
}

/** The words with their marks taken off; none at all when that does not leave plain letters. */
function bare(text) {
  const words = split(text).map((word) => fold(word).toUpperCase());
  return words.every((word) => /^\p{ASCII}*$/u.test(word)) ? words : [];
}

function sameLetters(typed, form) {
  const [family, given] = form.map((words) => words.join(""));
  return typed.length > 0 && [family + given, given + family].includes(typed.join(""));
}

function sameWords(typed, form) {
  const stated = form.flat().sort();
  return stated.length > 1 && [...typed].sort().join(" ") === stated.join(" ");
}

/** One of the two is the other one cut off at a length limit of the formats. */
function cutOff(typed, form) {
  const [family, given] = form.map((words) => words.join("<"));
  const name = typed.join("<");
  return [[family, given], [given, family]].some(([first, second]) => {
    const full = [first, second].filter(Boolean).join("<");
    const [shorter, longer] = name.length <= full.length ? [name, full] : [full, name];
    if (shorter.length >= MRZ_LIMIT && longer.startsWith(shorter)) return true;
    return first.length >= PART_LIMIT && name.startsWith(first) && name.endsWith(second);
  });
}

/** Family name and the given name that counts agree; between them one side has fewer words, or initials. */
function missingMiddle(typed, form, familyNames) {
  const notTitle = (word) => !TITLES.includes(word);
  let [family, given] = form;
  if (!given.length) [family, given] = [family.slice(0, 1), family.slice(1)]; // the whole name in one field
  else if (!family.length) [family, given] = [given.slice(0, 1), given.slice(1)];
  const [stated, words] = [[...family, ...given].filter(notTitle), typed.filter(notTitle)];
  if (stated.length < 2 || words.length < 2 || !given.length) return false;
  const vietnamese = familyNames.includes(stated[0]);
  const counts = vietnamese ? given.at(-1) : (given.find(notTitle) ?? "");
  for (let turn = 0; turn < (vietnamese ? 2 : words.length); turn++) {
    const cut = words.length - turn;
    const turned = [...words.slice(cut), ...words.slice(0, cut)];
    const agrees = vietnamese ? turned.at(-1) === counts : turned.includes(counts);
    if (turned[0] === stated[0] && agrees && (within(turned, stated) || within(stated, turned))) return true;
  }
  return false;
}

/** Whether `fewer` is `more` with words left out or shortened to an initial, in the same order. */
function within(fewer, more) {
  let place = 0;
  return fewer.every((word) => {
    while (place < more.length) {
      const other = more[place++];
      if (word === other || (word.length === 1 && other[0] === word)) return true;
    }
    return false;
  });
}

/** A person of one name, whom bookings give it twice or a filler beside it. */
function oneName(typed, form) {
  const stated = new Set(form.flat());
  if (stated.size !== 1 || !typed.some((word) => stated.has(word))) return false;
  return typed.every((word) => stated.has(word) || NO_NAME.includes(word) || TITLES.includes(word));
}
