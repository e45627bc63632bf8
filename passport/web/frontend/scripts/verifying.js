// The verifier as a module of its own, for pages that check without the scanner; tests hold it against the server's.
export { ListsError, ages, openLists } from "./verifying/lists.js";
export { evaluate } from "./verifying/rules/certlogic.js";
export { match } from "./verifying/holder.js";
export { answer, verifySeveral } from "./verifying/several.js";
export { join, part } from "./verifying/verify.js";
