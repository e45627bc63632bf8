"""The verifier in the browser says what the service says: whole verdicts over the same lists, key by key.

What may differ, and why, stands in docs/scanner.md; here it is `_comparable`.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from passport.demo import samples
from passport.domain.certificate import Holder
from passport.domain.dates import PartialDate
from passport.domain.verdict import utc_text
from passport.errors import Reason
from passport.formats.table import join
from passport.house import clock
from passport.trust import publishing
from passport.trust.signer_records import SignerRecord
from passport.trust.signers import Signer, active_signer, create_signer
from passport.verifying.holder import VIETNAMESE, HolderQuery, match
from passport.verifying.portable import portable
from passport.verifying.request import CheckRequest, answer
from tests.absence import absent
from tests.browser.conftest import Service
from tests.browser.same_cases import PUBLIC, Case, World, of_samples, worlds
from tests.conformance.test_certlogic import ASSERTIONS, CANNOT_HOLD
from tests.forging import NOW, context_of
from tests.installed import Site
from tests.verifying.test_holder import NAMES

LEAST = 300  # credentials
CHANGED = range(200)
VERIFYING = "/static/verifying.js"
HOUR = timedelta(hours=1)
# Where a library or the browser itself words the detail, which only the help desk reads.
WORDED = {Reason.BAD_COMPRESSION, Reason.BAD_STRUCTURE, Reason.BAD_CONTENT}
PASSPHRASE = b"of these tests"
CHECK = """async ({address, worlds}) => {
    const {answer, openLists, verifySeveral} = await import(address);
    const time = (text) => text && new Date(text);
    return Promise.all(worlds.map(async ({texts, pinned, cases}) => {
        const lists = await openLists(texts, {pinned});
        const check = ({text, texts, now, at, country, policy}) => {
            const asked = {lists, now: time(now), at: time(at), country, policy};
            return texts ? verifySeveral(texts, asked) : answer(text, asked);
        };
        const verdicts = [];
        for (const one of cases) verdicts.push(await check(one).catch((error) => ({crash: String(error.stack)})));
        return verdicts;
    }));
}"""
OPEN = """async ({address, pinned, newer, now, tried}) => {
    const {ages, openLists} = await import(address);
    const open = async (texts, kept = null) => {
        try {
            return await openLists(texts, {pinned, kept});
        } catch (error) {
            return error.reason ?? String(error.stack);
        }
    };
    const told = async (texts) => {
        const lists = await open(texts);
        if (typeof lists === "string") return lists;
        const {trust, revocation} = ages(lists, new Date(now));
        const again = await open(texts, await open(newer));
        return {signers: lists.signers, trust: trust.age, revocation: revocation.age, again};
    };
    const answers = await Promise.all(Object.entries(tried).map(async ([name, texts]) => [name, await told(texts)]));
    return Object.fromEntries(answers);
}"""
MATCH = """async ({address, pairs, families}) => {
    const {match} = await import(address);
    return pairs.map(([query, holder]) => match(query, holder, families));
}"""
PARTS = """async ({address, texts}) => {
    const {join, part} = await import(address);
    return {joined: join(texts), parts: texts.map(part)};
}"""
EVALUATE = """async ({address, assertions}) => {
    const {evaluate} = await import(address);
    return assertions.map(([expression, data]) => JSON.stringify(evaluate(expression, data)));
}"""


@pytest.fixture
def bare_page(service: Service, browser: Browser) -> Iterator[Page]:
    """A page of the service's origin with nothing on it."""
    page = browser.new_page()
    page.goto(f"{service.url}/healthz")
    yield page
    page.close()


@pytest.fixture
def signing(tmp_path: Path) -> tuple[SignerRecord, Signer]:
    """The service's own signer, who seals lists."""
    return _signer(tmp_path / "signing")


def _signer(folder: Path) -> tuple[SignerRecord, Signer]:
    made = NOW - timedelta(days=1)
    record = create_signer(folder, country="VN", issuer_name="Ministry", passphrase=PASSPHRASE, now=made, test=False)
    return record, active_signer(folder, passphrase=PASSPHRASE, now=NOW, production=True)


def test_the_browser_says_what_the_service_says(
    bare_page: Page, signing: tuple[SignerRecord, Signer], tmp_path: Path, site: Site
) -> None:
    tried = [*worlds(tmp_path, changed=CHANGED), _samples(site)]
    asked = [{**_sealed(world, *signing), "cases": [_told(case) for case in world.cases]} for world in tried]
    answered = bare_page.evaluate(CHECK, {"address": VERIFYING, "worlds": asked})
    reasons: Counter[str | None] = Counter()
    differing = []
    for world, verdicts in zip(tried, answered, strict=True):
        for case, theirs in zip(world.cases, verdicts, strict=True):
            ours = _verdict(world, case)
            reasons[ours["reason"]] += 1
            if _comparable(_dated(ours, world)) != _comparable(_told_alone(theirs)):
                differing.append((world.name, case, ours, theirs))
    assert not differing, (len(differing), differing[0])
    assert sum(reasons.values()) > LEAST
    unheard = {Reason.UNREADABLE_IMAGE, Reason.UNAVAILABLE}  # of no text, or asked of nobody
    assert {None, *Reason} - unheard <= reasons.keys()


def test_the_browser_knows_who_can_be_one_person_as_the_service_does(bare_page: Page) -> None:
    stated = [holder for _typed, holder, _expected in NAMES]
    typed = [typed for typed, _holder, _expected in NAMES] + [holder.name for holder in stated]
    births = [None, *map(PartialDate.parse, ("1990", "1990-01", "1990-01-02", "1990-02-01", "1991-01-02"))]
    chance = random.Random("one person")
    pairs = [
        (name, chance.choice(births), replace(one, born=chance.choice(births))) for name in typed for one in stated
    ]
    asked = {"pairs": [_pair(*pair) for pair in pairs], "families": sorted(VIETNAMESE)}
    told = bare_page.evaluate(MATCH, {"address": VERIFYING, **asked})
    agreeing: Counter[str] = Counter()
    for (name, born, one), theirs in zip(pairs, told, strict=True):
        ours = match(HolderQuery(name=name, born=born), one)
        assert theirs == {"name": ours.name, "born": ours.born}, (name, born, one)
        agreeing[ours.name or ""] += 1
    assert min(agreeing[kind] for kind in ("exact", "same_transliteration", "near", "different")) > 20


def _pair(name: str, born: PartialDate | None, holder: Holder) -> list[dict[str, Any]]:
    latin = {"family": holder.transliterated.family, "given": holder.transliterated.given}
    told = {"family": holder.family_name, "given": holder.given_name, "latin": latin}
    return [{"name": name, "born": _text(born)}, {**told, "born": _text(holder.born)}]


def _text(date: PartialDate | None) -> str | None:
    return str(date) if date else None


def test_the_parts_of_a_card_are_known_and_joined_as_by_the_service(bare_page: Page) -> None:
    texts = ["shc:/2/2/5676", "HC1:6BF", "shc:/1/2/5675", "shc:/567", "HC1:6BF", "shc:/0/2/5"]
    told = bare_page.evaluate(PARTS, {"address": VERIFYING, "texts": texts})
    assert told["joined"] == list(dict.fromkeys(join(texts)))
    assert told["parts"] == [{"place": 2, "total": 2}, None, {"place": 1, "total": 2}, None, None, None]


def test_the_public_suite_of_certlogic_holds_in_the_browser(bare_page: Page) -> None:
    if not PUBLIC.is_dir():
        absent(f"no folder of public test data at {PUBLIC}")
    holding = [a for a in ASSERTIONS if (a[0], a[1], a[2]) not in CANNOT_HOLD]
    asked = [[expression, assertion["data"]] for *_, expression, assertion in holding]
    values = bare_page.evaluate(EVALUATE, {"address": VERIFYING, "assertions": asked})
    expected = [assertion["expected"] for *_, assertion in holding]
    assert [json.loads(value) for value in values] == expected
    assert len(expected) == 224


def test_only_the_newest_lists_of_the_service_itself_are_opened(
    bare_page: Page, signing: tuple[SignerRecord, Signer], tmp_path: Path
) -> None:
    world = World("lists", context_of((), folder=tmp_path), ())
    good, newer = (_sealed(replace(world, sealed=at), *signing) for at in (NOW, NOW + HOUR))
    stranger = _sealed(world, *_signer(tmp_path / "stranger"))
    texts = good["texts"]
    head, body, signature = texts["rules"].split(".")
    tried = {
        "good": texts,
        "of another": stranger["texts"],
        "one of another": texts | {"trust": stranger["texts"]["trust"]},
        "changed": texts | {"rules": f"{head}.{body[:-4]}AAAA.{signature}"},
        "in another's place": texts | {"rules": texts["trust"]},
        "no list": texts | {"trust": "<html>"},
    }
    asked = {"address": VERIFYING, "pinned": good["pinned"], "newer": newer["texts"], "now": NOW.isoformat()}
    told = bare_page.evaluate(OPEN, asked | {"tried": tried})
    assert told == {
        "good": {"signers": good["pinned"], "trust": 3_600_000, "revocation": 0, "again": "older"},
        "of another": "unknown_signer",
        "one of another": "unknown_signer",
        "changed": "unknown_signer",
        "in another's place": "not_lists",
        "no list": "not_lists",
    }


def _told_alone(verdict: dict[str, Any]) -> dict[str, Any]:
    """A joint verdict without the one that decided, which the service tells nobody."""
    return {name: value for name, value in verdict.items() if name != "deciding"}


def _samples(site: Site) -> World:
    house = site.house
    kept = samples.load(house.settings.instance_dir)
    assert {sample.expected.reason for sample in kept} >= {None, Reason.KEY_EXPIRED, Reason.REVOKED}
    return of_samples(house.context, kept, now=clock().replace(microsecond=0))


def _sealed(world: World, record: SignerRecord, signer: Signer) -> dict[str, Any]:
    """The lists of a world as the service publishes them, and the key that signed them."""
    context, now = world.context, world.sealed
    sealed = {
        "trust": publishing.trust_list(context.keyring, records=[record], signer=signer, now=now),
        "revocations": publishing.revocation_list(context.revocations, issuer="VN", signer=signer, now=now),
        "rules": publishing.rules_list(portable(context, now=now), signer=signer, now=now),
    }
    texts = {name: data.decode("ascii") for name, data in sealed.items()}
    return {"texts": texts, "pinned": publishing.jwks([record])["keys"]}


def _told(case: Case) -> dict[str, Any]:
    at = case.at.isoformat() if case.at else None
    told = {"now": case.now.isoformat(), "at": at, "country": case.country, "policy": case.policy}
    return {**told, "text": case.text, "texts": [case.text, *case.others] if case.others else None}


def _verdict(world: World, case: Case) -> dict[str, Any]:
    texts = (case.text, *case.others)
    asked = CheckRequest(texts, joint=bool(case.others), at=case.at, country=case.country, policy=case.policy)
    return answer(asked, context=world.context, now=case.now).as_dict()


def _dated(verdict: dict[str, Any], world: World) -> dict[str, Any]:
    """Lists that the service never imported: to the browser what the service itself revoked is a list, of its date."""
    if "results" in verdict:
        return verdict | {"results": [_dated(one, world) for one in verdict["results"]]}
    if verdict["lists"]["revocation"] is not None:
        return verdict
    lists = verdict["lists"] | {"revocation": utc_text(world.sealed)}
    looked = verdict["certificate"] is not None
    steps = [
        step | {"result": "passed"} if looked and (step["step"], step["result"]) == ("revocation", "skipped") else step
        for step in verdict["steps"]
    ]
    return verdict | {"lists": lists, "steps": steps}


def _comparable(verdict: dict[str, Any]) -> dict[str, Any]:
    """`verdict` without the details that a library words."""
    if "crash" in verdict:
        return verdict
    if "results" in verdict:
        return verdict | {"results": [_comparable(one) for one in verdict["results"]]}
    steps = [step | {"detail": None} if step["reason"] in WORDED else step for step in verdict["steps"]]
    return verdict | {"steps": steps}
