// What the codes in certificates mean, for people to read (passport/rules/valuesets.py).

export class Names {
  #fields;
  #countries;

  constructor({ names, countries }) {
    this.#fields = names;
    this.#countries = new Map(
      Object.entries(countries).flatMap(([alpha2, [alpha3, vi, en]]) => [[alpha2, { vi, en }], [alpha3, { vi, en }]]),
    );
  }

  /** The name of a code of disease, vaccine, product or manufacturer; the code itself where it has none. */
  of(field, code) {
    return Object.hasOwn(this.#fields[field], code ?? "") ? this.#fields[field][code] : code;
  }

  /** The country of an ISO 3166 code in both languages; the code itself where it is none. */
  country(code) {
    return this.#countries.get(code.toUpperCase()) ?? { vi: code, en: code };
  }
}
