// CertLogic 1.3.3: the expressions in which countries write their rules (passport/rules/certlogic.py). What the
// specification calls an error throws, since such a rule decides nothing.
import { TIME_UNITS, isDate, moved, readMoment } from "./moments.js";

const DEPTH_LIMIT = 64; // nested expressions
const STEP_LIMIT = 10_000; // expressions evaluated for one rule, so that nested reductions end
const UVCI_PREFIX = "URN:UVCI:";

/** An expression that decides nothing: malformed, over a limit, or with an operand of another type. */
export class Open extends Error {}

/** The value of `expression` over `data`, both JSON values; a date-time comes back as a Date. Throws Open. */
export const evaluate = (expression, data) => new Evaluation().value(expression, data, 0);

/** Whether `value` counts as true; throws Open for date-times, which are neither. */
export function isTruthy(value) {
  if (value instanceof Date) throw new Open("a date-time is neither truthy nor falsy");
  if (typeof value !== "object" || value === null) return Boolean(value);
  return Object.keys(value).length > 0;
}

const isLiteral = (value) => typeof value === "string" || typeof value === "boolean" || Number.isInteger(value);

class Evaluation {
  #steps = 0;

  value(expression, data, depth) {
    this.#steps += 1;
    if (depth > DEPTH_LIMIT || this.#steps > STEP_LIMIT) throw new Open("too deep or too many steps");
    if (isLiteral(expression)) return expression;
    if (Array.isArray(expression)) return expression.map((item) => this.value(item, data, depth + 1));
    const entries = expression !== null && typeof expression === "object" ? Object.entries(expression) : [];
    if (entries.length !== 1) throw new Open("invalid expression");
    const [[operator, operands]] = entries;
    if (operator === "var") return access(data, operands);
    const operation = OPERATIONS.get(operator);
    if (!operation) throw new Open(`unrecognised operator: ${operator}`);
    const { least, most, perform } = operation;
    if (!Array.isArray(operands) || operands.length < least || operands.length > most) {
      throw new Open(`wrong number of operands of ${operator}`);
    }
    const told = (inner) => (index) => this.value(operands[index], inner, depth + 1);
    return perform({ operands, operand: told(data), all: () => operands.map((_, index) => told(data)(index)), over: told });
  }
}

function access(data, path) {
  if (typeof path !== "string") throw new Open('not of the form { "var": "<path>" }');
  const fragments = path ? path.split(".") : [];
  if (!fragments.every(Boolean)) throw new Open("data access path doesn't have a valid format");
  let value = data;
  for (const fragment of fragments) {
    if (typeof value !== "object" || value === null) return null;
    if (Array.isArray(value) && !/^[0-9]{1,9}$/.test(fragment)) return null;
    const name = Array.isArray(value) ? Number(fragment) : fragment;
    if (!Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return value ?? null;
}

function and({ operands, operand }) {
  let value = null;
  for (const index of operands.keys()) {
    value = operand(index);
    if (!isTruthy(value)) break;
  }
  return value;
}

function within({ all }) {
  const [item, items] = all();
  if (!Array.isArray(items)) throw new Open("the right-hand side of in must be an array");
  return items.includes(item);
}

function plus({ all }) {
  const [left, right] = all();
  if (!Number.isInteger(left) || !Number.isInteger(right)) throw new Open("the operands of + must be integers");
  return left + right;
}

function comparing(compare, fits) {
  return ({ all }) => {
    const values = all();
    if (!values.every(fits)) throw new Open("an operand of a comparison has the wrong type");
    return values.slice(1).every((right, index) => compare(values[index], right));
  };
}

function plusTime({ operands, operand }) {
  const [, amount, unit] = operands;
  const text = operand(0);
  if (typeof text !== "string" || !Number.isInteger(amount) || !TIME_UNITS.includes(unit)) {
    throw new Open("plusTime needs a date, an integer and a time unit");
  }
  return dated(() => moved(readMoment(text), amount, unit));
}

function dateOfBirth({ operand }) {
  const text = operand(0);
  if (typeof text !== "string" || !isDate(text)) throw new Open("dccDateOfBirth needs a date, a month or a year");
  return dated(() => readMoment(text));
}

function dated(make) {
  try {
    return make();
  } catch {
    throw new Open("no such date");
  }
}

function reduce({ operand, over }) {
  const [items, first] = [operand(0), operand(2)];
  if (items !== null && !Array.isArray(items)) throw new Open("only an array can be reduced");
  return (items ?? []).reduce((accumulator, current) => over({ accumulator, current })(1), first);
}

function extractFromUvci({ operands, operand }) {
  const [identifier, index] = [operand(0), operands[1]];
  if (!(identifier === null || typeof identifier === "string") || !Number.isInteger(index)) {
    throw new Open("extractFromUVCI needs a string and an integer");
  }
  if (identifier === null) return null;
  const bare = identifier.startsWith(UVCI_PREFIX) ? identifier.slice(UVCI_PREFIX.length) : identifier;
  return bare.split(/[/#:]/)[index] ?? null;
}

const isMoment = (value) => value instanceof Date;
const OPERATIONS = new Map(
  Object.entries({
    if: { perform: ({ operand }) => (isTruthy(operand(0)) ? operand(1) : operand(2)), least: 3, most: 3 },
    and: { perform: and, least: 2, most: Infinity },
    "!": { perform: ({ operand }) => !isTruthy(operand(0)), least: 1, most: 1 },
    "===": { perform: ({ operand }) => operand(0) === operand(1), least: 2, most: 2 },
    in: { perform: within, least: 2, most: 2 },
    "+": { perform: plus, least: 2, most: 2 },
    ">": { perform: comparing((left, right) => left > right, Number.isInteger), least: 2, most: 3 },
    "<": { perform: comparing((left, right) => left < right, Number.isInteger), least: 2, most: 3 },
    ">=": { perform: comparing((left, right) => left >= right, Number.isInteger), least: 2, most: 3 },
    "<=": { perform: comparing((left, right) => left <= right, Number.isInteger), least: 2, most: 3 },
    after: { perform: comparing((left, right) => left > right, isMoment), least: 2, most: 3 },
    before: { perform: comparing((left, right) => left < right, isMoment), least: 2, most: 3 },
    "not-after": { perform: comparing((left, right) => left <= right, isMoment), least: 2, most: 3 },
    "not-before": { perform: comparing((left, right) => left >= right, isMoment), least: 2, most: 3 },
    plusTime: { perform: plusTime, least: 3, most: 3 },
    dccDateOfBirth: { perform: dateOfBirth, least: 1, most: 1 },
    reduce: { perform: reduce, least: 3, most: 3 },
    extractFromUVCI: { perform: extractFromUvci, least: 2, most: 2 },
  }),
);
