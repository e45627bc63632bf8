"""Credentials of every kind, good and bad, each with whom to trust and what is asked of it: for one check by the
service and the same one by the browser."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from passport.demo import samples
from passport.formats.table import open_text
from passport.rules.rulesets import DEMO_RULES, import_rules
from passport.trust.anchors import parse_keys
from passport.trust.certificates import read_certificate
from passport.trust.keys import Anchor
from passport.trust.revocation import Range, record_own, record_range
from passport.trust.revocation_lists import import_revocations
from passport.verifying.context import Context
from passport.verifying.request import parse_at
from tests.browser.same_seals import chained_seals
from tests.conformance.test_dgc_verdicts import CASES as NATIONAL
from tests.conformance.test_dgc_verdicts import FOLDER as NATIONAL_FOLDER
from tests.conformance.test_dgc_verdicts import certificate_of, clock_of, load
from tests.forging import NOW, Authority, context_of, recovery, repack, unpack, vaccination
from tests.fuzz.codes import Code, Signer, codes_of
from tests.fuzz.mutations import changed_code

PUBLIC = NATIONAL_FOLDER.parent
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD_ISSUER = "https://spec.smarthealth.cards/examples/issuer"
FORMATS = ("hc1", "icvp", "shc", "vdsnc", "nzcp")
COUNTRIES = ("XA", "AT", "CH", "DE", "FI", "FR")
POLICIES = ("vn-domestic", "vn-entry", "vn-booster")


@dataclass(frozen=True, slots=True)
class Case:
    """One check: a text, and what is asked of it at the real time `now`; with `others`, all of one person's."""

    text: str
    at: datetime | None = None
    country: str | None = None
    policy: str | None = None
    now: datetime = NOW
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Checks that rest on the same keys, revocations and rules, published at the time `sealed`."""

    name: str
    context: Context
    cases: tuple[Case, ...]
    sealed: datetime = NOW


def worlds(folder: Path, *, changed: range) -> Iterator[World]:
    """Every world; `changed` numbers the codes of all formats that are changed at some depth."""
    yield _changed(folder / "changed", changed)
    yield _ours(folder / "ours")
    yield _revoked(folder / "revoked")
    yield _several(folder / "several")
    yield _chained(folder / "chained")
    if PUBLIC.is_dir():
        yield _national(folder / "national")
        yield _specimens(folder / "specimens")


def of_samples(context: Context, kept: Iterable[samples.Sample], *, now: datetime) -> World:
    """The samples of the API as they are answered now; the holder is no question to the browser."""
    cases = []
    for sample in kept:
        at = parse_at(sample.at) if sample.at else now
        later = now + timedelta(days=sample.lists_days or 0)
        if not sample.holder:
            cases.append(Case(sample.credential, at=at, country=sample.country, policy=sample.policy, now=later))
    return World("samples", context, tuple(cases), sealed=now)


def _lists(folder: Path, *revoked: str) -> None:
    """A dated list of revocations, for one that was never imported has no date."""
    data = json.dumps(revoked or ["nobody's"]).encode()
    import_revocations(folder, [("list.json", data)], issuer=None, production=False, now=NOW - HOUR)


def _changed(folder: Path, numbers: range) -> World:
    """Codes of all formats as they were signed, and changed by accident or by their own issuer."""
    _lists(folder)
    import_rules(folder, [DEMO_RULES], now=NOW)
    signer = Signer("XA")
    cases = [Case(code.text, country="XA", policy="vn-entry") for pair in codes_of(signer).values() for code in pair]
    for number in numbers:
        chance = random.Random(f"same/{number}")
        text, _ = changed_code(FORMATS[number % len(FORMATS)], chance)
        if not any("\ud800" <= letter <= "\udfff" for letter in text):  # half a character cannot be handed over
            cases.append(Case(text, country=chance.choice(("XA", None)), policy=chance.choice(("vn-entry", None))))
    return World("changed", context_of(signer.anchors(), folder=folder), tuple(cases))


def _ours(folder: Path) -> World:
    """Sound certificates under every question, and those that an issuer's key or dates spoil."""
    _lists(folder)
    import_rules(folder, [DEMO_RULES, *([PUBLIC / "rules"] if PUBLIC.is_dir() else [])], now=NOW)
    good, rsa = Authority(), Authority(algorithm="PS256", organisation="DEMO Ministry")
    tests_only = Authority(usages=["1.3.6.1.4.1.1847.2021.1.1"])
    past = Authority(not_after=NOW - DAY)
    withdrawn, stranger = Authority(), Authority(country="XB")
    anchors = [good.anchor(), rsa.anchor(), tests_only.anchor(), past.anchor(), withdrawn.anchor(withdrawn_at=NOW)]
    code, other = good.code(), good.code(vaccination(gn="Thị Giả"))
    cases = [
        *(Case(authority.code()) for authority in (good, rsa, tests_only, past, withdrawn, stranger)),
        Case(stranger.code(), now=NOW + 30 * DAY),
        Case(code, now=NOW + 30 * DAY),
        Case(code, now=NOW + 15 * DAY, country="DE", policy="vn-booster"),
        Case(code, country="ZZ"),
        Case(code, country="XA", at=NOW - 20 * DAY),
        Case(good.code(recovery()), country="DE"),
        Case(f" {code}\n"),
        Case(code + "A"),
        Case(code[:-4]),
        Case(code.replace("HC1:", "HC2:")),
        Case(code.lower()),
        Case("A" * 5000),
        Case("HC1:" + "6" * 4300),
        Case("037090001234||Nguyễn Văn An|02011990|Nam|Hà Nội|01012021"),
        Case(""),
        Case(repack([*unpack(other)[:3], unpack(code)[3]])),
        *(Case(good.code(claims={4: int(NOW.timestamp()) + late})) for late in (-86400, -1, 0, 3600)),
        *(Case(good.code(claims={6: int(NOW.timestamp()) + late})) for late in (30, 90, 864000)),
        *(Case(good.code(claims=claims)) for claims in ({4: ...}, {6: 1.5}, {1: 7}, {5: int(NOW.timestamp()) + 900})),
        *(Case(good.code(content)) for content in _odd_contents()),
        *_questions(good),
    ]
    return World("ours", context_of(anchors, folder=folder), tuple(cases))


def _odd_contents() -> Iterator[dict[str, Any]]:
    yield vaccination() | recovery()
    yield vaccination() | {"v": []}
    yield vaccination() | {"v": None}
    yield vaccination() | {"v": {}}
    yield vaccination(dob="1990-02-30")
    yield vaccination(dob="2027")
    yield vaccination(dob="1990")
    yield vaccination(dt="2026-11-22")
    yield vaccination(dt="2026-11-25")
    yield vaccination(dt="2026-02-18T10:00:00Z")
    yield vaccination(dn=0)
    yield vaccination(dn=2.0, sd=b"2")
    yield vaccination(mp="", ma=None)
    yield vaccination(mp="Vero Cell (Sinopharm)", vp="")
    yield vaccination(fn="Ngô\u00a0 ", gn="Đặng  Ơn", fnt="", gnt="")
    yield vaccination(fn="Đỗ", gn=None, fnt=None, gnt=None)
    yield vaccination(fn=" ", gn="", fnt="", gnt="")
    yield vaccination(fn="Müller-Ðåß", gn="Ивaнов سعيد O’Neil", fnt="", gnt="")
    yield vaccination(tg="55735004")


def _questions(issuer: Authority) -> Iterator[Case]:
    """Doses of many kinds under every policy and the rules of every country."""
    doses: tuple[dict[str, Any], ...] = (
        {"dn": 1, "sd": 2},
        {"dn": 1, "sd": 1, "mp": "EU/1/20/1525"},
        {"dn": 2, "sd": 1, "mp": "EU/1/20/1525"},
        {"dn": 3, "sd": 3, "mp": "Abdala"},
        {"dn": 3, "sd": 3},
        {"dn": 2, "sd": 3},
        {"mp": "BBIBP-CorV", "vp": "1157024006", "ma": "ORG-100020693"},
        {"mp": "Nobody's", "dn": 2, "sd": 2},
    )
    chance = random.Random("questions")
    for dose in doses:
        for ago in (1, 13, 14, 200, 400, 1500):
            day = (NOW - timedelta(days=ago)).date().isoformat()
            code = issuer.code(vaccination(**{**dose, "dt": day}))
            policy, country = chance.choice(POLICIES), chance.choice(COUNTRIES)
            yield Case(code, policy=policy)
            yield Case(code, country=country, at=NOW + timedelta(days=chance.choice((0, 3, 30))))


def _revoked(folder: Path) -> World:
    """Certificates that one list or another revokes, and their neighbours that none does."""
    issuer, signer = Authority(), Signer("XA")
    code = issuer.code(vaccination(ci="URN:UVCI:01:XA:MOH/SIGNED"))
    batch = _batch("UCI", "URN:UVCI:01:XA:MOH/FOREIGN#7"), _batch("COUNTRYCODEUCI", "XAURN:UVCI:01:XA:MOH/COUNTRY")
    signature = base64.b64encode(_digest(open_text(code).signature[:32])).decode()
    signed = _batch("SIGNATURE") | {"entries": [{"hash": signature}]}
    cards = {"kid": "card-key", "method": "rid", "ctr": 1, "rids": ["abc", f"def.{int(NOW.timestamp())}", "ghi.1"]}
    files = [(f"{place}.json", json.dumps(data).encode()) for place, data in enumerate((*batch, signed, cards))]
    assert not import_revocations(folder, files, issuer=None, production=False, now=NOW - HOUR).refused
    record_own(folder, identifier="URN:UVCI:01:XA:MOH/OURS#5", at=NOW - DAY, replaced=False)
    record_own(folder, identifier="URN:UVCI:01:XA:MOH/NEWER", at=NOW - DAY, replaced=True)
    record_range(folder, revoked=Range(identifier_prefix="01:XA:SITE9/"), at=NOW)
    record_range(folder, revoked=Range(issuer="XC", issued_until=NOW), at=NOW)
    names = ("OURS", "OURS#5", "NEWER", "NEWER#1", "FOREIGN", "FOREIGN#7", "COUNTRY", "COUNTRY#2", "ANOTHER")
    cases = [Case(issuer.code(vaccination(ci=f"URN:UVCI:01:XA:MOH/{name}"))) for name in names]
    cases += [Case(issuer.code(vaccination(ci=ci))) for ci in ("urn:uvci:01:xa:moh/ours", "01:XA:SITE9/A", "", "Ä/1")]
    cases += [Case(code), Case(issuer.code(vaccination(**{"is": "XC"})), policy="vn-booster", now=NOW + 40 * DAY)]
    card = codes_of(signer)["shc"][0]
    for rid in ("abc", "def", "ghi", "jkl"):
        cases.append(Case(card.sign(card.content | {"vc": card.content["vc"] | {"rid": rid}})))
    return World("revoked", context_of([issuer.anchor(), *signer.anchors()], folder=folder), tuple(cases))


def _several(folder: Path) -> World:
    """Several certificates of one person, or of two, and files of cards."""
    _lists(folder)
    import_rules(folder, [DEMO_RULES, *([PUBLIC / "rules"] if PUBLIC.is_dir() else [])], now=NOW)
    one, other, stranger, signer = Authority(), Authority(country="XB"), Authority(country="XC"), Signer("XA")
    codes = [
        one.code(vaccination(dn=1, dt="2026-01-12")),
        other.code(vaccination(dn=1, dt="2026-02-18", fn="NGUYEN", gn="VAN AN", fnt="NGUYEN", gnt="VAN<AN")),
        one.code(vaccination(dn=3, sd=3, dt="2026-10-01")),
        one.code(vaccination(dn=1, sd=1, dt="2026-10-02", mp="EU/1/20/1525", gn="An", gnt="AN")),
        other.code(vaccination(dn=2, dt="2026-11-18", dob="1990")),
        one.code(recovery()),
        one.code(vaccination(dob="1991-01-02")),
        one.code(vaccination(fn="Trần", fnt="TRAN", gn="Thị Bình", gnt="THI<BINH")),
        one.code(claims={4: int(NOW.timestamp()) - 86400}),
        stranger.code(),
        "HC1:NOTHING",
    ]
    card = codes_of(signer)["shc"][0]
    codes.append(card.text)
    chance, cases = random.Random("several"), []
    for number in range(90):
        texts = chance.sample(codes[:6] if number % 3 else codes, chance.randint(2, 4))
        policy, country = chance.choice((None, *POLICIES)), chance.choice((None, *COUNTRIES[:4]))
        late = chance.choice((0, 0, 30)) * DAY
        cases.append(Case(texts[0], policy=policy, country=country, now=NOW + late, others=tuple(texts[1:])))
    cases += [Case(file, policy=chance.choice((None, *POLICIES)), country="XA") for file in _files(card)]
    anchors = [one.anchor(), other.anchor(), *signer.anchors()]
    return World("several", context_of(anchors, folder=folder), tuple(cases))


def _files(card: Code) -> Iterator[str]:
    """Files of cards: of one person, of several, one spoilt, too many, none."""

    def token(content: Any) -> str:
        digits = card.sign(content).removeprefix("shc:/")
        return "".join(chr(int(digits[at : at + 2]) + ord("-")) for at in range(0, len(digits), 2))

    good = token(card.content)
    renamed = json.dumps(card.content)
    family = next(iter(re.findall(r'"family": "([^"]+)"', renamed)))
    another = token(json.loads(renamed.replace(f'"{family}"', '"Smith"')))
    later = token(json.loads(re.sub(r'("occurrenceDateTime": )"[^"]+"', r'\1"2026-10-10"', renamed)))
    for cards in (
        [good, good],
        [good, later],
        [later, good],
        [good, another],
        [good, good[:-4] + "AAAA"],
        [good] * 21,
        [],
    ):
        yield json.dumps({"verifiableCredential": cards})
    issued = [{"name": "verifiableCredential", "valueString": text} for text in (good, later)]
    yield json.dumps({"resourceType": "Parameters", "parameter": issued})


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()[:16]


def _batch(kind: str, *texts: str) -> dict[str, Any]:
    entries = [{"hash": base64.b64encode(_digest(text.encode())).decode()} for text in texts]
    return {
        "country": "XA",
        "expires": "2030-01-01T00:00:00Z",
        "kid": "UNKNOWN_KID",
        "hashType": kind,
        "entries": entries,
    }


def _chained(folder: Path) -> World:
    """Seals whose signer is known by the authority above it alone."""
    _lists(folder)
    anchors, seals = chained_seals()
    return World("chained", context_of(anchors, folder=folder), tuple(Case(seal) for seal in seals))


def _national(folder: Path) -> World:
    """The public codes of nations, each at its own clock, all nations trusted."""
    _lists(folder)
    cases = [load(path) for path in NATIONAL]
    ders = dict.fromkeys(certificate_of(case) for case in cases)
    anchors = [read_certificate(der, country=None, key_id=None, withdrawn_at=None, now=NOW) for der in ders]
    asked = tuple(Case(case["PREFIX"], at=clock_of(case)) for case in cases)
    return World("national", context_of(anchors, folder=folder), asked)


def _specimens(folder: Path) -> World:
    """The public specimens of the other formats, their issuers trusted."""
    _lists(folder)
    keys = [
        *_keys(PUBLIC / "shc" / "issuer" / "jwks.json", issuer=CARD_ISSUER),
        *_keys(PUBLIC / "nzcp" / "valid" / "did.json"),
    ]
    seals = json.loads((PUBLIC / "vdsnc" / "examples.json").read_text("utf-8"))
    ders = [base64.urlsafe_b64decode(seal["sig"]["cer"]) for seal in seals]
    keys += [read_certificate(der, country=None, key_id=None, withdrawn_at=None, now=NOW) for der in ders]
    texts = [
        path.read_text("utf-8")
        for path in sorted(PUBLIC.glob("shc/test-example-*"))
        if path.suffix not in (".png", ".jpg")
    ]
    texts += [path.read_text("utf-8") for path in sorted([*PUBLIC.glob("nzcp/*/*.txt"), *PUBLIC.glob("icvp/*.txt")])]
    parts = [path.read_text("utf-8").strip() for path in sorted(PUBLIC.glob("shc/*value-*-qr_chunk_too_small.txt"))]
    texts += [" ".join(reversed(parts)), " ".join(parts[1:])]
    for seal in seals:
        texts += [json.dumps(seal), json.dumps([seal], indent=1), json.dumps(seal).replace("Smith", "Smyth")]
    return World(
        "specimens", context_of(keys, folder=folder), tuple(Case(text, policy="vn-domestic") for text in texts)
    )


def _keys(path: Path, *, issuer: str | None = None) -> list[Anchor]:
    parsed = parse_keys(path.read_bytes(), source=path.name, issuer=issuer, kid=None, withdrawn=False, now=NOW)
    return parsed.anchors
