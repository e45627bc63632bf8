"""Names of codes: what the published sets say, and what other formats write for the same things."""

from __future__ import annotations

import unicodedata

import pytest

from passport.errors import Sentence
from passport.rules.schedules import VACCINES
from passport.rules.valuesets import country_name, names, rule_value_sets, value_set


@pytest.mark.parametrize(
    ("field", "code", "name"),
    [
        ("disease", "840539006", "COVID-19"),
        ("disease", "RA01.0", "COVID-19"),
        ("disease", "1D47", "Yellow fever"),
        ("vaccine", "1119349007", "SARS-CoV-2 mRNA vaccine"),
        ("vaccine", "J07BX03", "covid-19 vaccines"),  # no longer given out
        ("vaccine", "XM68M6", "COVID-19 vaccine"),
        ("vaccine", "XM8NQ0", "Comirnaty"),
        ("product", "EU/1/20/1528", "Comirnaty"),
        ("product", "208", "Comirnaty"),
        ("product", "Inactivated-SARS-CoV-2-Vero-Cell", "Inactivated SARS-CoV-2 (Vero Cell)"),
        ("product", "R-COVI", "R-COVI"),  # the same product as Vaxzevria, under its own name
        ("manufacturer", "ORG-100030215", "Biontech Manufacturing GmbH"),
        ("manufacturer", "CIGB", "Center for Genetic Engineering and Biotechnology"),
    ],
)
def test_codes_have_names(field: str, code: str, name: str) -> None:
    assert names()[field][code] == name


def test_every_vaccine_of_the_catalogue_has_its_codes_in_the_published_sets() -> None:
    for vaccine in VACCINES.values():
        assert vaccine.vp in value_set("sct-vaccines-covid-19")
        assert vaccine.mp in value_set("vaccines-covid-19-names")
        assert vaccine.ma in value_set("vaccines-covid-19-auth-holders")
        for code in (vaccine.mp, *vaccine.codes):
            assert code in names()["product"]


def test_rules_get_the_codes_of_every_set() -> None:
    sets = rule_value_sets()
    assert sets["disease-agent-targeted"] == ["840539006"]
    assert sets["covid-19-lab-result"] == ["260373001", "260415000"]
    assert "VN" in sets["country-2-codes"]
    assert "EU/1/21/1618" in sets["vaccines-covid-19-names"]
    assert set(sets) >= {"covid-19-lab-test-type", "covid-19-lab-test-manufacturer-and-name"}
    assert "other" not in sets


def test_a_set_that_is_not_kept_is_empty() -> None:
    assert value_set("no-such-set") == {}
    assert value_set("other") == {}


@pytest.mark.parametrize(
    ("code", "vi", "en"),
    [
        ("VN", "Việt Nam", "Vietnam"),
        ("VNM", "Việt Nam", "Vietnam"),
        ("de", "Đức", "Germany"),
        ("CHE", "Thụy Sĩ", "Switzerland"),
        ("FRA", "Pháp", "France"),
        ("HK", "Hồng Kông", "Hong Kong"),
        ("XA", "XA", "XA"),  # nobody's code
    ],
)
def test_countries_have_names_in_both_languages(code: str, vi: str, en: str) -> None:
    assert country_name(code) == Sentence(vi, en)


def test_country_names_are_composed_text() -> None:
    for code in rule_value_sets()["country-2-codes"]:
        assert unicodedata.is_normalized("NFC", country_name(code).vi)
