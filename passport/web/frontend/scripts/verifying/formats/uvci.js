// Unique vaccination certificate identifiers (EU interoperability guidelines 2, annex 2).
import { withoutSpaces } from "../domain/names.js";

export const PREFIX = "URN:UVCI:";

/** Upper case, no white space, no prefix. */
export function whole(identifier) {
  const bare = withoutSpaces(identifier).toUpperCase();
  return bare.startsWith(PREFIX) ? bare.slice(PREFIX.length) : bare;
}

/** The form by which our own lists compare: as above, and no check character. */
export const normalise = (identifier) => whole(identifier).split("#")[0];
