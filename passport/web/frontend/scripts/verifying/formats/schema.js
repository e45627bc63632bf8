// JSON Schema, as far as the schemas of our formats use it (passport/formats/data).
const TYPES = {
  null: (value) => value === null,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: (value) => Array.isArray(value),
  object: (value) => isObject(value),
};
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = TYPES.string;

/** The place where `value` first breaks `schema`, as a path; null where it does not. */
export function fault(schema, value, root = schema, path = []) {
  const at = { root, path, schema };
  return first(Object.entries(schema), ([keyword, asked]) => KEYWORDS[keyword]?.(asked, value, at) ?? null);
}

const meets = (schema, value, { root }) => fault(schema, value, root) === null;
const unless = (good, path) => (good ? null : path);

function first(entries, of) {
  for (const entry of entries) {
    const found = of(entry);
    if (found) return found;
  }
  return null;
}

const KEYWORDS = {
  $ref: (name, value, { root, path }) => fault(root.$defs[name.slice("#/$defs/".length)], value, root, path),
  type: (names, value, { path }) => unless([names].flat().some((name) => TYPES[name](value)), path),
  const: (only, value, { path }) => unless(value === only, path),
  enum: (values, value, { path }) => unless(values.includes(value), path),
  pattern: (pattern, value, { path }) => unless(!isText(value) || new RegExp(pattern).test(value), path),
  maxLength: (most, value, { path }) => unless(!isText(value) || [...value].length <= most, path),
  minimum: (least, value, { path }) => unless(!TYPES.number(value) || value >= least, path),
  maximum: (most, value, { path }) => unless(!TYPES.number(value) || value <= most, path),
  minItems: (least, value, { path }) => unless(!Array.isArray(value) || value.length >= least, path),
  required: (names, value, { path }) =>
    unless(!isObject(value) || names.every((name) => Object.hasOwn(value, name)), path),
  properties: (schemas, value, { root, path }) =>
    isObject(value)
      ? first(Object.entries(schemas), ([name, schema]) =>
          Object.hasOwn(value, name) ? fault(schema, value[name], root, [...path, name]) : null,
        )
      : null,
  items: (schema, value, { root, path }) =>
    Array.isArray(value) ? first(value.entries(), ([place, item]) => fault(schema, item, root, [...path, place])) : null,
  contains: (schema, value, { root, path }) =>
    unless(!Array.isArray(value) || value.some((item) => meets(schema, item, { root })), path),
  allOf: (schemas, value, { root, path }) => first(schemas, (schema) => fault(schema, value, root, path)),
  anyOf: (schemas, value, { root, path }) => unless(schemas.some((schema) => meets(schema, value, { root })), path),
  oneOf: (schemas, value, { root, path }) =>
    unless(schemas.filter((schema) => meets(schema, value, { root })).length === 1, path),
  if: (asked, value, { root, path, schema }) =>
    meets(asked, value, { root }) ? fault(schema.then, value, root, path) : null,
};
