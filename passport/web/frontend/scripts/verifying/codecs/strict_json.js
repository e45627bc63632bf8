// JSON (RFC 8259) as certificates need it: no duplicate keys, finite numbers, bounded depth, well-formed text.
import { Failure } from "../failure.js";
import * as bytes from "./bytes.js";

const DEPTH_LIMIT = 16; // nested containers
const DIGITS_LIMIT = 20; // of an integer
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const HALF_CHARACTER = /\p{Cs}/u;

/** The one value in `data`, text or UTF-8 bytes without byte order mark; throws bad_structure. */
export function loads(data) {
  try {
    const text = typeof data === "string" ? data : bytes.text(data);
    const value = JSON.parse(text);
    check(text.match(TOKEN));
    return value;
  } catch {
    throw new Failure("bad_structure", "not well-formed JSON within the limits");
  }
}

/** What JSON.parse lets pass, looked for among the tokens of a text whose grammar is good. */
function check(tokens) {
  const open = []; // for each container the keys seen, null for an array
  for (const [place, token] of tokens.entries()) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      if (open.length > DEPTH_LIMIT) throw new RangeError("nested too deep");
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token[0] === '"') {
      checkText(JSON.parse(token), tokens[place + 1] === ":" ? open.at(-1) : null);
    } else if (!Number.isFinite(Number(token)) && /\d/.test(token)) {
      throw new RangeError("a number out of range");
    } else if (/^-?\d+$/.test(token) && token.length > DIGITS_LIMIT) {
      throw new RangeError("a number out of range");
    }
  }
}

function checkText(text, keys) {
  if (HALF_CHARACTER.test(text)) throw new TypeError("half a character");
  if (keys?.has(text)) throw new TypeError("a duplicate key");
  keys?.add(text);
}
