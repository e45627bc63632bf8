// The real time: the device's clock, put right where an answer of the service showed that it is wrong.

const TOLERATED = 120_000; // milliseconds; a signed list may come from a clock that is 60 s ahead, and travels
let wrong = 0;

/** The real time, as far as it is known. */
export const now = () => new Date(Date.now() + wrong);

/** Whether the device's clock is known to be wrong. */
export const clockIsWrong = () => wrong !== 0;

/** Compares the device's clock with that of an answer to a request that was sent at `sent` (Date.now()). */
export function compareClock(response, sent) {
  const theirs = Date.parse(response.headers.get("Date"));
  if (Number.isNaN(theirs)) return;
  const ahead = theirs - (sent + Date.now()) / 2;
  wrong = Math.abs(ahead) > TOLERATED ? ahead : 0;
}
