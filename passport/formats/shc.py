"""SMART Health Cards 1.4: a JWS over FHIR resources, as `shc:/` digits, in parts, bare, or in a file; vaccinations
are also written.

Keys are looked up by `iss` and `kid` among what was imported; the address in `iss` is never fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from passport.codecs import deflate, jws, strict_json
from passport.codecs.signatures import ES256
from passport.domain.certificate import Certificate, DoseStatement, Draft, Holder, Kind
from passport.domain.names import Transliterated, tidy, transliterate
from passport.errors import Reason, TrustError
from passport.formats import content
from passport.formats.envelope import Envelope

NAME = "shc"
TEXT_LIMIT = deflate.INFLATED_LIMIT  # characters of a whole file or of all parts together
CARD_LIMIT = 4296  # characters of one JWS, as of one code of any format
SINGLE_LIMIT, PART_LIMIT = 1195, 1191  # characters of JWS in one symbol of version 22, level L (section "QR codes")
_PREFIX = "shc:/"
_PART = re.compile(r"shc:/(?:([1-9][0-9]?)/([1-9][0-9]?)/)?([0-9]+)")
_COMPACT = re.compile(r"eyJ[A-Za-z0-9_-]*\.[^.]*\.[^.]*")
_FILE = re.compile(r'\{.*"verifiableCredential"', re.DOTALL)
_OFFSET, _HIGHEST = ord("-"), ord("z") - ord("-")  # a character is written as two digits, its code less that of "-"

_CVX = "http://hl7.org/fhir/sid/cvx"
_ICD11, _SNOMED = "http://id.who.int/icd11/mms", "http://snomed.info/sct"
_TYPES = tuple(f"https://smarthealth.cards#{name}" for name in ("health-card", "immunization", "covid19"))
_COVID_TYPE = _TYPES[2]
_COVID = "840539006"  # SNOMED CT, as the EU writes the disease
# CVX codes of COVID-19 vaccines (CDC, "COVID-19 vaccine related codes"; 500 to 521 are given outside the USA). What
# lies between them is against hepatitis B, tick-borne encephalitis and RSV.
_COVID_CVX_RANGES = ((207, 208), (210, 213), (217, 219), (221, 221), (225, 230), (300, 302), (308, 313), (500, 521))
_COVID_CVX = {str(code) for first, last in _COVID_CVX_RANGES for code in range(first, last + 1)}


def claims(text: str) -> bool:
    """Whether `text` is of this family: digits behind `shc:/`, a compact JWS, or a file of cards."""
    return text.startswith(_PREFIX) or any(shape.match(text) for shape in (_COMPACT, _FILE))


def cards(text: str) -> tuple[str, ...]:
    """The JWS of every card in `text`; raises TrustError (bad_encoding, bad_structure, too_large)."""
    found: tuple[str, ...] = (text,)
    if text.startswith(_PREFIX):
        found = (_from_digits(text),)
    elif text.startswith("{"):
        found = _from_file(strict_json.loads(text))
    if any(len(card) > CARD_LIMIT for card in found):
        raise TrustError(Reason.TOO_LARGE, f"a card of more than {CARD_LIMIT} characters")
    return found


def join(texts: Iterable[str]) -> tuple[str, ...]:
    """`texts`, the codes of one picture, with all parts of a card as one text in the place of the first."""
    seen = list(texts)
    parts = [text for text in seen if (match := _PART.fullmatch(text)) and match[1]]
    if not parts:
        return tuple(seen)
    whole = " ".join(parts)
    return tuple(dict.fromkeys(whole if text in parts else text for text in seen))


def open(text: str) -> Envelope:
    """Opens the one card in `text`.

    Raises TrustError (bad_encoding, bad_compression, bad_structure, too_large, unsupported_algorithm); a file of
    several cards is bad_structure here, for each is to be judged: see `cards`.
    """
    found = cards(text)
    if len(found) != 1:
        raise TrustError(Reason.BAD_STRUCTURE, f"{len(found)} cards in one file")
    token = jws.parse(found[0])
    if token.header.get("zip") != "DEF":
        raise TrustError(Reason.BAD_COMPRESSION, "not declared as DEFLATE")
    claimed = strict_json.loads(deflate.inflate_raw(token.payload))
    if not isinstance(claimed, dict):
        raise TrustError(Reason.BAD_STRUCTURE, "the claims are no object")
    key_id, issuer = token.header.get("kid", ""), claimed.get("iss")
    if not isinstance(key_id, str):
        raise TrustError(Reason.BAD_STRUCTURE, "the key id is not text")
    if token.header.get("alg") != ES256:
        raise TrustError(Reason.UNSUPPORTED_ALGORITHM, "not ES256")
    return Envelope(
        format=NAME,
        algorithm=ES256,
        key_id=key_id,
        key_issuer=issuer if isinstance(issuer, str) else None,
        signed=token.signed,
        signature=token.signature,
        payload=claimed,
    )


def encode(draft: Draft, *, doses: Sequence[DoseStatement], sign: Callable[[bytes], bytes], key_id: str) -> str:
    """The signed card of `draft`, which tells all of `doses`, as a JWS.

    `draft.issuer_name` is the https address under which the keys of the issuer are found, `draft.identifier` the
    revocation id, `key_id` the thumbprint of the key; a dose's `product` is its CVX, ICD-11 or SNOMED CT code.
    """
    resources = [_patient(draft.holder), *(_immunization(dose) for dose in doses)]
    entries = [{"fullUrl": f"resource:{place}", "resource": told} for place, told in enumerate(resources)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    claimed = {
        "iss": draft.issuer_name,
        "nbf": int(draft.issued_at.timestamp()),
        "exp": int(draft.expires_at.timestamp()),
        "vc": {
            "type": list(_TYPES),
            "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": bundle},
            "rid": draft.identifier,
        },
    }
    payload = json.dumps(claimed, ensure_ascii=False, separators=(",", ":")).encode()
    header = {"zip": "DEF", "alg": ES256, "kid": key_id}
    return jws.compose(header, deflate.compress_raw(payload), sign=sign)


def file_of(cards: Sequence[str]) -> bytes:
    """The `.smart-health-card` file that holds these cards."""
    return json.dumps({"verifiableCredential": list(cards)}).encode()


def _patient(holder: Holder) -> Mapping[str, Any]:
    name: dict[str, Any] = {}
    if holder.family_name:
        name["family"] = holder.family_name
    if holder.given_name:
        name["given"] = holder.given_name.split(" ")
    return {"resourceType": "Patient", "name": [name], "birthDate": str(holder.born)}


def _immunization(dose: DoseStatement) -> Mapping[str, Any]:
    code = dose.product or ""
    system = _CVX if len(code) <= 3 else _ICD11 if code.startswith("X") else _SNOMED
    told: dict[str, Any] = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": system, "code": code}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": dose.date.isoformat() if dose.date else None,
    }
    return told | ({"lotNumber": dose.lot} if dose.lot else {})


def _from_digits(text: str) -> str:
    """The JWS in one code or in all parts of one, in any order, white space between them."""
    parts: dict[int, str] = {}
    numbered = [_PART.fullmatch(part) for part in text.split()]
    for match in numbered:
        if match is None or len(match[3]) % 2:
            raise TrustError(Reason.BAD_ENCODING, "not pairs of digits")
        place, total = int(match[1] or 1), int(match[2] or 1)
        if total != len(numbered) or place > total or place in parts:
            raise TrustError(Reason.BAD_ENCODING, f"part {place} of {total} among {len(numbered)}")
        parts[place] = _characters(match[3], limit=PART_LIMIT if match[1] else SINGLE_LIMIT)
    return "".join(parts[place] for place in sorted(parts))


def _characters(digits: str, *, limit: int) -> str:
    if len(digits) > 2 * limit:
        raise TrustError(Reason.TOO_LARGE, f"more than {limit} characters in one code")
    pairs = [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
    if max(pairs) > _HIGHEST:
        raise TrustError(Reason.BAD_ENCODING, "a pair of digits that stands for no character")
    return "".join(chr(_OFFSET + pair) for pair in pairs)


def _from_file(file: Any) -> tuple[str, ...]:
    """The cards of a `.smart-health-card` file or of the answer of a FHIR server ($health-cards-issue)."""
    match file:
        case {"verifiableCredential": [*found]}:
            pass
        case {"resourceType": "Parameters", "parameter": [*parameters]}:
            found = [value for parameter in parameters if (value := _issued(parameter)) is not None]
        case _:
            found = []
    if not found or not all(isinstance(card, str) for card in found):
        raise TrustError(Reason.BAD_STRUCTURE, "not a file of cards")
    return tuple(card.strip() for card in found)


def _issued(parameter: Any) -> Any:
    match parameter:
        case {"name": "verifiableCredential", "valueString": value}:
            return value
    return None


def kind(envelope: Envelope) -> Kind:
    """Vaccination where an immunization is told, else test; raises TrustError (bad_content)."""
    content.check(envelope.payload, schema=NAME)
    told = {resource["resourceType"] for resource in _resources(envelope.payload)}
    if "Immunization" in told:
        return Kind.VACCINATION
    if "Observation" in told:
        return Kind.TEST
    raise TrustError(Reason.BAD_CONTENT, "neither an immunization nor a test")


def read(envelope: Envelope, key_country: str | None) -> Certificate:
    """The card in a believed `envelope`; raises TrustError (bad_content).

    Refuses what the verifier cannot stand for: an issuer that is no plain https address, several patients, a
    dose that was not completed, a vaccine in no code system that is known. Leaves out a dose of which FHIR says
    that it was less than a full one. Tolerates what the specification only advises against, such as display texts
    and ids.
    """
    claimed: dict[str, Any] = envelope.payload
    stated = kind(envelope)
    resources = _resources(claimed)
    patients = [resource for resource in resources if resource["resourceType"] == "Patient"]
    if len(patients) != 1:
        raise TrustError(Reason.BAD_CONTENT, f"{len(patients)} patients instead of one")
    about_covid = _COVID_TYPE in claimed["vc"]["type"]
    given = [r for r in resources if r["resourceType"] == "Immunization" and not r.get("isSubpotent")]
    doses = tuple(_dose(r, about_covid) for r in given)
    samples = [r["effectiveDateTime"] for r in resources if r["resourceType"] == "Observation"]
    happened = [dose.date for dose in doses if dose.date] + [content.day(sample) for sample in samples]
    holder = _holder(patients[0])
    content.require_after_birth(holder.born, *happened)
    expires = claimed.get("exp")
    return Certificate(
        format=NAME,
        kind=stated,
        identifier=claimed["vc"].get("rid"),
        issuer=claimed["iss"],
        country=key_country,
        key_id=envelope.key_id,
        issued_at=content.moment(claimed["nbf"]),
        expires_at=None if expires is None else content.moment(expires),
        holder=holder,
        doses=doses,
        payload=claimed,
        happened_on=max(happened, default=None),
    )


def _resources(claimed: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in claimed["vc"]["credentialSubject"]["fhirBundle"]["entry"]]


def _dose(immunization: dict[str, Any], about_covid: bool) -> DoseStatement:
    """One dose; the type of the card says what it is against only where its code does not tell."""
    codings = immunization["vaccineCode"]["coding"]
    cvx = next((coding["code"] for coding in codings if coding.get("system") == _CVX), None)
    code = cvx or codings[0]["code"]
    return DoseStatement(
        disease=_COVID if cvx in _COVID_CVX or (about_covid and cvx is None) else "",
        vaccine=code,
        product=code,
        manufacturer=None,
        number=None,
        of=None,
        date=content.day(immunization["occurrenceDateTime"]),
        country=None,
        lot=immunization.get("lotNumber"),
    )


def _holder(patient: dict[str, Any]) -> Holder:
    name = patient["name"][0]
    family = tidy(name.get("family") or "") or None
    given = tidy(" ".join(name.get("given", ()))) or None
    if not family and not given:
        family = tidy(name.get("text") or "") or None
    if not family and not given:
        raise TrustError(Reason.BAD_CONTENT, "no name")
    latin = Transliterated(transliterate(family or ""), transliterate(given or ""))
    return Holder(family, given, latin, content.born(patient["birthDate"]))
