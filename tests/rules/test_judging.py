"""What rules are given to read, and what their results amount to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from passport.domain.certificate import DoseStatement, Kind
from passport.errors import Reason, TrustError
from passport.rules.dcc import dcc_payload
from passport.rules.judging import external, judge
from passport.rules.rule import read_rule
from tests.rules.making import JANSSEN, NOON, certificate, document

ON = NOON.date()
OPEN = {"<": ["a", 1]}


def results(*logics: Any, **changes: Any) -> list[str]:
    rules = [read_rule(document(f"VR-XB-{number:04}", Logic=logic)) for number, logic in enumerate(logics)]
    answer = judge(rules, country="XB", certificate=certificate(**changes), at=NOON, on=ON)
    return [result.result for result in answer.report.results]


def test_every_rule_has_its_result() -> None:
    assert results(True, False, OPEN, {"===": [{"var": "payload.v.0.dn"}, 2]}) == ["passed", "failed", "open", "passed"]


def test_an_open_rule_is_never_green_but_a_failed_one_outranks_it() -> None:
    undecided = judge([read_rule(document(Logic=OPEN))], country="XB", certificate=certificate(), at=NOON, on=ON)
    with pytest.raises(TrustError) as raised:
        _ = undecided.why
    assert raised.value.reason is Reason.RULES_OPEN
    assert raised.value.values == {"country": "XB", "date": "2022-03-01"}
    assert "VR-XB-0001" in (raised.value.detail or "")
    both = [read_rule(document(Logic=OPEN)), read_rule(document("VR-XB-0002", Logic=False))]
    assert judge(both, country="XB", certificate=certificate(), at=NOON, on=ON).why is not None


def test_external_parameters() -> None:
    given = external(certificate(), country="XB", at=datetime.fromisoformat("2022-03-01T19:00:00.1239+07:00"))
    assert given["validationClock"] == "2022-03-01T12:00:00.123Z"
    assert (given["countryCode"], given["issuerCountryCode"], given["region"]) == ("XB", "VN", "")
    assert given["kid"] == "ABEiM0RVZnc="
    assert given["iat"] == "2022-01-02T03:00:00.000Z"
    assert given["exp"] == "2023-01-02T03:00:00.000Z"
    assert "840539006" in given["valueSets"]["disease-agent-targeted"]
    bare = external(certificate(key_id="did:web:x#1", issued_at=None, expires_at=None), country="XB", at=NOON)
    assert (bare["kid"], bare["iat"], bare["exp"]) == ("did:web:x#1", None, None)


def test_rules_can_rest_on_external_parameters() -> None:
    assert (
        results(
            {"===": [{"var": "external.issuerCountryCode"}, "VN"]},
            {
                "before": [
                    {"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
                    {"plusTime": [{"var": "external.exp"}, 0, "day"]},
                ]
            },
            {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines-covid-19-names"}]},
        )
        == ["passed"] * 3
    )


def test_the_payload_of_an_eu_certificate_is_read_as_it_stands() -> None:
    shown = certificate()
    assert dcc_payload(shown, on=ON) is shown.payload


def test_other_formats_tell_their_latest_dose_in_the_same_shape() -> None:
    doses = tuple(
        DoseStatement("RA01.0", None, code, "someone", None, None, date.fromisoformat(day), None, lot="X1")
        for code, day in (("208", "2021-12-24"), ("208", "2021-06-01"), ("208", "2021-07-01"), ("208", "2022-05-01"))
    )
    payload = dcc_payload(certificate(format="shc", doses=doses, payload={"fhir": True}), on=ON)
    assert payload is not None
    assert payload["v"] == [
        {
            "tg": "840539006",
            "vp": "1119349007",
            "mp": "EU/1/20/1528",
            "ma": "ORG-100030215",
            "dn": 3,
            "sd": 3,
            "dt": "2021-12-24",
            "co": "VN",
            "is": "VN",
            "ci": "URN:UVCI:01:VN:ABC#K",
        }
    ]
    assert payload["dob"] == "1990-01-02"
    assert payload["nam"] == {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Văn An", "gnt": "VAN<AN"}


def test_a_product_without_eu_codes_is_told_as_it_stands() -> None:
    dose = DoseStatement("840539006", "XM68M6", "Nobody-Knows-It", "M", 1, 1, date(2022, 1, 1), "US")
    payload = dcc_payload(certificate(format="vdsnc", doses=(dose,), holder=certificate().holder), on=ON)
    assert payload is not None
    entry = payload["v"][0]
    assert (entry["vp"], entry["mp"], entry["ma"], entry["co"]) == ("XM68M6", "Nobody-Knows-It", "M", "US")


def test_rules_are_met_by_other_formats_too() -> None:
    booster = {">": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]}
    doses = tuple(
        DoseStatement("840539006", None, code, None, None, None, date.fromisoformat(day), "US")
        for code, day in ((JANSSEN, "2021-06-01"), ("207", "2021-12-01"))
    )
    assert results(booster, format="shc", doses=doses) == ["passed"]


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "vdsnc", "kind": Kind.TEST, "doses": ()},
        {"format": "nzcp", "doses": ()},
        {"format": "icvp", "doses": (DoseStatement("1D47", None, None, None, 1, 1, date(2022, 1, 1), "CL"),)},
        {"format": "shc", "doses": (DoseStatement("840539006", None, "208", None, None, None, None, "US"),)},
    ],
    ids=["test", "no doses", "another disease", "no date"],
)
def test_a_format_that_tells_nothing_of_the_kind_decides_nothing(changes: dict[str, Any]) -> None:
    assert dcc_payload(certificate(**changes), on=ON) is None
    with pytest.raises(TrustError) as raised:
        results(True, **changes)
    assert raised.value.reason is Reason.RULES_OPEN
