"""What rules are given to read, and what their results amount to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from passport.domain.certificate import Certificate, DoseStatement, Kind
from passport.errors import Reason, TrustError
from passport.rules.dcc import dcc_payload, standing
from passport.rules.judging import RulesAnswer, external
from passport.rules.judging import judge as judge_rules
from passport.rules.rule import read_rule
from tests.rules.making import JANSSEN, NOON, PFIZER, certificate, document

ON = NOON.date()
OPEN = {"<": ["a", 1]}


def judge(*logics: Any, shown: Certificate | None = None, others: Sequence[DoseStatement] = ()) -> RulesAnswer:
    rules = [read_rule(document(f"VR-XB-{number:04}", Logic=logic)) for number, logic in enumerate(logics, start=1)]
    shown = shown or certificate()
    doses = (*others, *shown.doses)
    return judge_rules(rules, country="XB", certificate=shown, doses=doses, at=NOON, on=ON)


def results(*logics: Any, **changes: Any) -> list[str]:
    return [result.result for result in judge(*logics, shown=certificate(**changes)).report.results]


def told(shown: Certificate, *others: DoseStatement) -> dict[str, Any] | None:
    status = standing(shown, doses=(*others, *shown.doses), on=ON)
    return dcc_payload(shown, status=status, on=ON)


def test_every_rule_has_its_result() -> None:
    assert results(True, False, OPEN, {"===": [{"var": "payload.v.0.dn"}, 2]}) == ["passed", "failed", "open", "passed"]


def test_an_open_rule_is_never_green_but_a_failed_one_outranks_it() -> None:
    undecided = judge(True, OPEN)
    with pytest.raises(TrustError) as raised:
        _ = undecided.why
    assert raised.value.reason is Reason.RULES_OPEN
    assert raised.value.values == {"country": "XB", "date": "2022-03-01"}
    assert raised.value.detail == "VR-XB-0002"
    assert judge(OPEN, False).why is not None


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
    assert told(shown) is shown.payload


def dose(number: int | None, of: int | None, day: str) -> DoseStatement:
    return DoseStatement("840539006", None, PFIZER, None, number, of, date.fromisoformat(day), "VN")


def test_other_certificates_of_the_holder_number_the_latest_dose() -> None:
    series, booster = dose(2, 2, "2021-06-01"), certificate(number=1, of=1)
    payload = told(booster, series)
    assert payload is not None
    assert (payload["v"][0]["dn"], payload["v"][0]["sd"]) == (3, 3)
    assert booster.payload["v"][0]["dn"] == 1
    more_than_two = {">": [{"var": "payload.v.0.dn"}, 2]}
    assert judge(more_than_two, shown=booster).why is not None
    assert judge(more_than_two, shown=booster, others=[series]).why is None


def test_an_older_certificate_speaks_for_its_own_dose_alone() -> None:
    older = certificate(number=1, of=2)
    assert told(older, dose(2, 2, "2022-02-01")) is older.payload


def test_what_others_tell_of_the_same_series_changes_nothing() -> None:
    shown = certificate()
    assert told(shown, dose(1, 2, "2021-12-01")) is shown.payload


def test_other_formats_tell_their_latest_dose_in_the_same_shape() -> None:
    doses = tuple(
        DoseStatement("RA01.0", None, code, "someone", None, None, date.fromisoformat(day), None, lot="X1")
        for code, day in (("208", "2021-12-24"), ("208", "2021-06-01"), ("208", "2021-07-01"), ("208", "2022-05-01"))
    )
    payload = told(certificate(format="shc", doses=doses, payload={"fhir": True}))
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


@pytest.mark.parametrize("order", [1, -1])
def test_what_was_given_against_another_disease_on_the_same_day_is_not_the_dose(order: int) -> None:
    given = date(2021, 12, 24)
    covid = DoseStatement("840539006", "207", "207", None, None, None, given, None)
    influenza = DoseStatement("", "150", "150", None, None, None, given, None)
    shown = certificate(format="shc", doses=(covid, influenza)[::order])
    payload = told(shown)
    assert payload is not None
    assert payload["v"][0]["mp"] == "EU/1/20/1507"
    answer = judge({"===": [{"var": "payload.v.0.mp"}, PFIZER]}, shown=shown)
    assert answer.why is not None
    assert answer.why.values["product"] == "Spikevax"


def test_a_product_without_eu_codes_is_told_as_it_stands() -> None:
    dose = DoseStatement("840539006", "XM68M6", "Nobody-Knows-It", "M", 1, 1, date(2022, 1, 1), "US")
    payload = told(certificate(format="vdsnc", doses=(dose,), holder=certificate().holder))
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
    assert told(certificate(**changes)) is None
    with pytest.raises(TrustError) as raised:
        results(True, **changes)
    assert raised.value.reason is Reason.RULES_OPEN
