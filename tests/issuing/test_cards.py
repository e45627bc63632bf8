"""A certificate as a SMART Health Card: what it says, who signed it, and that it ends with the certificate."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from passport.codecs import deflate, jws
from passport.domain.certificate import Kind
from passport.domain.verdict import Outcome, Verdict
from passport.errors import Reason, Refusal, Refused
from passport.formats import hc1
from passport.formats.shc import CARD_LIMIT
from passport.formats.uvci import normalise
from passport.issuing.cards import offers_cards, smart_card
from passport.issuing.revoke import name_range, revoke
from passport.registry.certificates import find_certificate, in_force
from passport.registry.people import require_person
from passport.trust import publishing
from passport.trust.own_revocations import record_range
from passport.trust.revoked import Range
from passport.trust.signer_records import list_signers
from passport.verifying.verify import verify
from tests.peers.altering import another_day, another_signature
from tests.peers.asking import ask

from .conftest import APPROVER, Office

BASE = "https://chungnhan.example.vn"


def _made(office: Office) -> tuple[str, str]:
    """Somebody with two doses and a certificate; answers the card and the certificate's id."""
    person_id = office.person(full_name="Trần Thị Mơ")
    office.dose(person_id, given_on=office.today - timedelta(days=90))
    office.dose(person_id, number=2, product="abdala")
    assert office.issue_all().issued == 1
    return _card(office, person_id)


def _card(office: Office, person_id: str, *, base_url: str = BASE) -> tuple[str, str]:
    with office.database.reading() as session:
        (certificate,) = in_force(session, require_person(session, person_id))
        file = smart_card(certificate, base_url=base_url, issuer=office.issuer(), now=office.now)
        (card,) = json.loads(file)["verifiableCredential"]
        return card, certificate.id


def _check(office: Office, card: str) -> Verdict:
    return verify(card, context=office.context(), now=office.now + timedelta(minutes=1))


def test_it_says_what_the_certificate_says_with_the_doses_before(office: Office) -> None:
    card, _ = _made(office)
    verdict = _check(office, card)
    assert (verdict.outcome, verdict.reason) == (Outcome.VALID, None)
    said = verdict.certificate
    assert said is not None
    assert (said.format, said.kind, said.issuer) == ("shc", Kind.VACCINATION, BASE)
    assert (said.holder.family_name, said.holder.given_name, str(said.holder.born)) == ("Trần", "Thị Mơ", "1990-01-02")
    assert [(dose.product, dose.disease, dose.lot) for dose in said.doses] == [
        ("208", "840539006", "FA1234"),
        ("28531000087107", "840539006", "FA1234"),
    ]
    assert [dose.date for dose in said.doses] == [office.today - timedelta(days=days) for days in (90, 60)]
    assert said.key_id in {key["kid"] for key in publishing.jwks(list_signers(office.keys_dir))["keys"]}


@pytest.mark.parametrize("peer", ["kill-the-clipboard", "shc"])
def test_readers_of_others_take_it_and_not_with_one_byte_changed(office: Office, peer: str) -> None:
    card, certificate_id = _made(office)
    token, published = jws.parse(card), publishing.jwks(list_signers(office.keys_dir))
    changed = deflate.compress_raw(another_day(deflate.inflate_raw(token.payload, limit=CARD_LIMIT)))
    texts = {
        "as it is": card,
        "another day": jws.compose(token.header, changed, sign=lambda _signed: token.signature),
        "another signature": jws.compose(
            token.header, token.payload, sign=lambda _signed: another_signature(token.signature)
        ),
    }
    asked = {"issuer": BASE, **published, "at": (office.now + timedelta(minutes=1)).isoformat()}
    told = ask(peer, {name: {"text": text, **asked} for name, text in texts.items()})
    assert {name for name, answer in told.items() if answer.accepted} == {"as it is"}
    if peer == "shc":  # which knows no list of revoked cards
        return
    revoke(
        office.database, certificate_id=certificate_id, reason="test", by=APPROVER, now=office.now,
        keys_dir=office.keys_dir,
    )  # fmt: skip
    own = office.context().revocations.own
    lists = [publishing.smart_list(own, key_id=key["kid"]) for key in published["keys"]]
    (answer,) = ask(peer, {"revoked": {"text": card, "crls": lists, **asked}}).values()
    assert answer.why == "SHC_REVOKED"


def test_it_is_revoked_with_the_certificate_and_the_list_of_cards_says_so(office: Office) -> None:
    card, certificate_id = _made(office)
    revoke(
        office.database,
        certificate_id=certificate_id,
        reason="test",
        by=APPROVER,
        now=office.now,
        keys_dir=office.keys_dir,
    )
    verdict = _check(office, card)
    assert verdict.reason is Reason.REVOKED
    assert verdict.certificate is not None
    own = office.context().revocations.own
    listed = publishing.smart_list(own, key_id=verdict.certificate.key_id)
    assert verdict.certificate.identifier in listed["rids"]
    (key,) = publishing.jwks(list_signers(office.keys_dir), crl_version=own.version)["keys"]
    assert (key["kid"], key["crlVersion"]) == (listed["kid"], listed["ctr"])


@pytest.mark.parametrize("by", ["identifier_prefix", "issuer", "key_id"])
def test_it_is_revoked_with_a_range_and_none_is_made_of_what_lies_in_one(office: Office, by: str) -> None:
    card, certificate_id = _made(office)
    with office.database.reading() as session:
        certificate = find_certificate(session, certificate_id)
        person_id = certificate.person_id
        said = hc1.read(hc1.open(certificate.text or ""), None)
    site = normalise(certificate.identifier).partition("/")[0]
    revoked = Range(**{by: {"identifier_prefix": site, "issuer": said.issuer, "key_id": said.key_id}[by]})
    record_range(office.keys_dir, revoked=revoked, at=office.now)
    with pytest.raises(Refused):
        _card(office, person_id)

    def name(**other: object) -> int:
        asked = replace(revoked, **other)
        return name_range(office.database, revoked=asked, country="VN", at=office.now, keys_dir=office.keys_dir)

    assert _check(office, card).reason is None  # it tells nothing of the range by itself
    assert name(issued_from=office.now + timedelta(days=1)) == 0
    assert name(identifier_prefix="01:VN:ELSEWHERE") == 0
    assert name() == 1
    assert _check(office, card).reason is Reason.REVOKED


def test_what_readers_could_not_believe_is_not_handed_out(office: Office) -> None:
    assert offers_cards(BASE)
    assert not offers_cards("http://localhost:8000")
    person_id = office.person()
    office.dose(person_id)
    assert office.issue_all().issued == 1
    with pytest.raises(Refused) as told:
        _card(office, person_id, base_url="http://localhost:8000")
    assert told.value.reason is Refusal.SELF_CHECK_FAILED


@pytest.mark.parametrize("changed", ["given_on", "product"])
def test_a_record_that_changed_since_makes_no_card(office: Office, changed: str) -> None:
    person_id = office.person()
    dose_id = office.dose(person_id)
    assert office.issue_all().issued == 1
    now_told = {"given_on": office.today - timedelta(days=61), "product": "abdala"}
    office.set_dose(dose_id, **{changed: now_told[changed]})
    with pytest.raises(Refused) as told:
        _card(office, person_id)
    assert told.value.reason is Refusal.SELF_CHECK_FAILED
