// What this device remembers of its checkpoint: choices and counts, never anything of a person.

const PREFIX = "scanner.";

/** What was remembered as `name`, over what holds otherwise. */
export function recall(name, otherwise) {
  try {
    return { ...otherwise, ...JSON.parse(localStorage.getItem(PREFIX + name)) };
  } catch {
    return { ...otherwise };
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is switched off: it holds for this visit.
  }
}
