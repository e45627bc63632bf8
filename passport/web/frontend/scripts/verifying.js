// The verifier as a module of its own, for pages that check without the scanner; tests hold it against the server's.
export { ListsError, ages, openLists } from "./verifying/lists.js";
export { evaluate } from "./verifying/rules/certlogic.js";
export { join, part, verify } from "./verifying/verify.js";
