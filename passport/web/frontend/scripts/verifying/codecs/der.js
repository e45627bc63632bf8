// DER, as far as public keys and certificates need it: a walk over tags and lengths.
import { hex } from "./bytes.js";

export const BOOLEAN = 0x01;
const OID = 0x06;

/** Every item in `data`: {tag, content, whole}; throws when they do not fill it. */
export function items(data) {
  const found = [];
  for (let place = 0; place < data.length; ) {
    const start = place;
    const tag = data[place++];
    let length = data[place++];
    if (length > 0x7f) {
      const width = length & 0x7f;
      if (!width || width > 3) throw new RangeError("a length that is not definite or too long");
      length = data.subarray(place, place + width).reduce((number, byte) => number * 256 + byte, 0);
      place += width;
    }
    const end = place + length;
    if (!(end <= data.length)) throw new RangeError("cut short");
    found.push({ tag, content: data.subarray(place, end), whole: data.subarray(start, end) });
    place = end;
  }
  return found;
}

/** The items inside the one item that `data` is. */
export const inside = (data) => items(items(data)[0].content);

/** A positive whole number without the zero before it. */
export const unsigned = (content) => content.subarray(content.findIndex((byte) => byte !== 0));

/** An object identifier as its bytes in hexadecimal; empty for another item. */
export const oid = ({ tag, content }) => (tag === OID ? hex(content) : "");
