// DER, as far as public keys and certificates need it: a walk over tags and lengths.

export const [BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE, SET] = [0x01, 0x02, 0x03, 0x04, 0x06, 0x30, 0x31];

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

/** An object identifier by its last numbers, as hexadecimal. */
export const oid = ({ tag, content }) => (tag === OID ? Array.from(content, (byte) => byte.toString(16).padStart(2, "0")).join("") : "");
