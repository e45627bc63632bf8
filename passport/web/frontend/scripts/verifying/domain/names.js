// Names: one form to store, one to compare, and the Latin letters of ICAO Doc 9303 part 3 section 6
// (passport/domain/names.py).

const FULL_NAME_LIMIT = 80; // characters of each part, EU DCC schema
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"; // as Unicode has it
const SPACES = new RegExp(`[${SPACE}]+`, "g");
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
const APART = new RegExp(`[${SPACE}\\-–‐‑<.,]`);
const MARKS = /\p{M}/gu;

const LETTERS = new Map(
  Object.entries({
    Đ: "D", Ð: "D", Þ: "TH", ß: "SS", ẞ: "SS", Æ: "AE", Œ: "OE", Ø: "OE", Ł: "L", Ħ: "H", ı: "I", Ĳ: "IJ", Ŋ: "N",
    Ŧ: "T", ĸ: "Q", Ə: "E", Ä: "AE", Ö: "OE", Ü: "UE", Å: "AA", Ơ: "O", Ư: "U", Ñ: "N",
    А: "A", Б: "B", В: "V", Г: "G", Д: "D", Е: "E", Ж: "ZH", З: "Z", И: "I", І: "I", К: "K", Л: "L", М: "M", Н: "N",
    О: "O", П: "P", Р: "R", С: "S", Т: "T", У: "U", Ф: "F", Ы: "Y", Э: "E", Ё: "E", Й: "I", Х: "KH", Ц: "TS", Ч: "CH",
    Ш: "SH", Щ: "SHCH", Ъ: "IE", Ь: "", Ю: "IU", Я: "IA", Ґ: "G", Є: "IE", Ї: "I", Ў: "U", Ђ: "D", Ѓ: "G", Ј: "J",
    Љ: "LJ", Њ: "NJ", Ќ: "K", Џ: "DZ", Ѕ: "DZ",
    ء: "XE", آ: "XAA", أ: "XAE", ؤ: "U", إ: "I", ئ: "XI", ا: "A", ب: "B", ة: "XTA", ت: "T", ث: "XTH", ج: "J", ح: "XH",
    خ: "XKH", د: "D", ذ: "XDH", ر: "R", ز: "Z", س: "S", ش: "XSH", ص: "XSS", ض: "XDZ", ط: "XTT", ظ: "XZZ", ع: "E",
    غ: "G", ف: "F", ق: "Q", ك: "K", ل: "L", م: "M", ن: "N", ه: "H", و: "W", ى: "XAY", ي: "Y", پ: "P", چ: "XCH",
    ژ: "XZH", ک: "XKK", گ: "XGG", ی: "XYE",
  }),
);

export const strip = (text) => text.replace(AROUND, "");

export const words = (text) => strip(text).split(SPACES).filter(Boolean);

export const withoutSpaces = (text) => text.replace(SPACES, "");

/** The form that is stored: NFC, one space between words, none around. */
export const tidy = (text) => strip(text.normalize("NFC").replace(SPACES, " "));

/** Without case as Unicode folds it: ß as ss, ς as σ; ı has no other. */
export function casefold(text) {
  const parts = text.split("ı").map((part) => part.toLowerCase().toUpperCase().toLowerCase());
  return parts.join("ı").replace(/ς/g, "σ");
}

/** The form that is compared: no marks, no case, đ as d, one space between words. */
export function fold(text) {
  const bare = casefold(text.normalize("NFD")).replace(/[đð]/g, "d").replace(MARKS, "");
  return tidy(bare);
}

/** `text` in A-Z and `<`, at most 80; empty when no letter of it has a Latin form. */
export function transliterate(text) {
  let out = "";
  for (const character of text.replace(/ß/g, "ẞ").normalize("NFC").toUpperCase()) {
    if (LETTERS.has(character)) out += LETTERS.get(character);
    else if (APART.test(character)) out += "<";
    else out += Array.from(character.normalize("NFD").replace(MARKS, ""), plainLetter).join("");
  }
  return out.replace(/<+/g, "<").replace(/^<|<$/g, "").slice(0, FULL_NAME_LIMIT).replace(/<$/, "");
}

const plainLetter = (letter) => LETTERS.get(letter) ?? (/[A-Z]/.test(letter) ? letter : "");

/** A holder: what the issuer wrote, and the Latin letters, made here where the issuer gave none. */
export function holder({ family, given, latin = {}, born }) {
  return {
    family,
    given,
    latin: { family: latin.family || transliterate(family ?? ""), given: latin.given || transliterate(given ?? "") },
    born,
  };
}

/** Both parts of a Latin name in one, as passports have it. */
export function latinName({ family, given }) {
  return family && given ? `${family}<<${given}` : family || given;
}
