// The table of formats: which family a text belongs to, how it is opened and read.
import { Failure } from "../failure.js";
import { strip } from "../domain/names.js";
import * as hc1 from "./hc1.js";
import * as hcert from "./hcert.js";
import * as icvp from "./icvp.js";
import * as nzcp from "./nzcp.js";
import * as shc from "./shc.js";
import * as vdsnc from "./vdsnc.js";

const TEXT_LIMIT = 4296; // characters: the most that the largest QR symbol, 40-L, holds
const OTHER_VERSION = /^(?:HC[0-9]+:|NZCP:\/[0-9]+\/)/;
const ID_CARD = /^(?:[0-9]{9}|[0-9]{12})$/;

// A container that holds the EU certificate or the ICVP says which when it is opened.
const FAMILIES = [
  { name: "hc1", claims: hcert.claims, open: hcert.open, limit: TEXT_LIMIT },
  { name: "shc", claims: shc.claims, open: shc.open, limit: shc.TEXT_LIMIT },
  { name: "vdsnc", claims: vdsnc.claims, open: vdsnc.open, limit: TEXT_LIMIT },
  { name: "nzcp", claims: nzcp.claims, open: nzcp.open, limit: TEXT_LIMIT },
];

/** How an opened credential is read: `kind` and `read` by the format that its envelope names. */
export const READERS = { hc1, icvp, shc, vdsnc, nzcp };

/** The family of `text`, which has no white space around it; throws too_large, unsupported_version, not_a_certificate. */
export function detect(text) {
  const family = FAMILIES.find(({ claims }) => claims(text));
  const limit = family?.limit ?? TEXT_LIMIT;
  if (text.length > limit && [...text].length > limit) throw new Failure("too_large", `more than ${limit} characters`);
  if (family) return family;
  if (OTHER_VERSION.test(text)) throw new Failure("unsupported_version", "a known family in another version");
  const fields = text.split("|");
  if (fields.length === 7 && ID_CARD.test(strip(fields[0]))) {
    throw new Failure("not_a_certificate", "the code of an identity card", { variant: "id_card" });
  }
  throw new Failure("not_a_certificate", "none of the known formats");
}
