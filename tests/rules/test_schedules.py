"""The catalogue, and what doses amount to: the tables of Decision 5772/QĐ-BYT and the EU numbering convention."""

from __future__ import annotations

from datetime import date

import pytest

from passport.domain.certificate import DoseStatement
from passport.domain.doses import Dose, DoseKind
from passport.rules.schedules import VACCINES, by_product_code, dose_status, find_vaccine, series_of

ON = date(2022, 8, 23)
PFIZER, MODERNA, ASTRA, JANSSEN = "EU/1/20/1528", "EU/1/20/1507", "EU/1/21/1529", "EU/1/20/1525"
ABDALA, CORONAVAC, UNKNOWN = "Abdala", "CoronaVac", "Nobody-Knows-It"
PRIMARY, ADDITIONAL, BOOSTER = DoseKind.PRIMARY, DoseKind.ADDITIONAL, DoseKind.BOOSTER


def said(
    product: str | None,
    number: int | None,
    of: int | None,
    day: date | None = date(2022, 1, 10),
    disease: str = "840539006",
) -> DoseStatement:
    return DoseStatement(disease, None, product, None, number, of, day, "VN")


def given(product: str, number: int, kind: DoseKind, month: int) -> Dose:
    return Dose(product, number, kind, date(2021, month, 15))


def told(*doses: DoseStatement) -> tuple[str, int | None, int | None]:
    status = dose_status(doses, on=ON)
    return status.status, status.number, status.of


@pytest.mark.parametrize(
    ("key", "approved", "vp", "mp", "ma", "primary"),
    [
        ("astrazeneca", "2021-02-01", "29061000087103", "EU/1/21/1529", "ORG-100001699", 2),
        ("sputnik-v", "2021-03-23", "29061000087103", "Sputnik-V", "Gamaleya-Research-Institute", 2),
        ("vero-cell", "2021-06-03", "1157024006", "BBIBP-CorV", "ORG-100020693", 2),
        ("pfizer", "2021-06-12", "1119349007", "EU/1/20/1528", "ORG-100030215", 2),
        ("moderna", "2021-06-28", "1119349007", "EU/1/20/1507", "ORG-100031184", 2),
        ("janssen", "2021-07-15", "29061000087103", "EU/1/20/1525", "ORG-100001417", 1),
        ("hayat-vax", "2021-09-10", "1157024006", "Hayat-Vax", "ORG-100023050", 2),
        ("abdala", "2021-09-17", "28531000087107", "Abdala", "CIGB", 3),
        ("covaxin", "2021-11-10", "1157024006", "Covaxin", "Bharat-Biotech", 2),
        ("covishield", "2021-02-01", "29061000087103", "Covishield", "ORG-100001981", 2),
    ],
)
def test_catalogue_is_the_table_of_approvals(key: str, approved: str, vp: str, mp: str, ma: str, primary: int) -> None:
    vaccine = VACCINES[key]
    assert vaccine.approved_on == date.fromisoformat(approved)
    assert (vaccine.vp, vaccine.mp, vaccine.ma) == (vp, mp, ma)
    assert vaccine.primary_doses == primary
    assert by_product_code(mp) is vaccine


def test_eight_vaccines_and_the_astrazeneca_of_another_maker_are_certifiable() -> None:
    certifiable = {key for key, vaccine in VACCINES.items() if vaccine.certifiable}
    eight = {"astrazeneca", "sputnik-v", "vero-cell", "pfizer", "moderna", "janssen", "hayat-vax", "abdala"}
    assert certifiable == eight | {"covishield"}


def test_an_unconfirmed_approval_has_no_date() -> None:
    assert VACCINES["sputnik-light"].approved_on is None
    assert VACCINES["sputnik-light"].primary_doses == 1


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("AZ", "astrazeneca"),
        ("astra zeneca", "astrazeneca"),
        ("AstraZeneca (AZD1222)", "astrazeneca"),
        ("Vắc xin AstraZeneca", "astrazeneca"),
        ("COVID-19 Vaccine AstraZeneca", "astrazeneca"),
        ("Pfi", "pfizer"),
        ("PFIZER-BioNTech", "pfizer"),
        ("Comirnaty (Pfizer)", "pfizer"),
        ("Pfizer 0,3 ml", "pfizer"),
        ("Pfizer - trẻ em", "pfizer"),
        ("VeroCell", "vero-cell"),
        ("Vero  cell", "vero-cell"),
        ("Sinopharm", "vero-cell"),
        ("COVID-19 Vaccine (Vero Cell), Inactivated", "vero-cell"),
        ("Vero Cell - Sinopharm", "vero-cell"),
        ("BBIBP-CorV", "vero-cell"),
        ("Spikevax/Moderna", "moderna"),
        ("Johnson & Johnson", "janssen"),
        ("Sputnik V", "sputnik-v"),
        ("Gam-COVID-Vac", "sputnik-v"),
        ("Sputnik Light", "sputnik-light"),
        ("hayat vax", "hayat-vax"),
        ("CIGB-66", "abdala"),
        ("ABDALA", "abdala"),
        ("Covaxin", "covaxin"),
        ("Covishield", "covishield"),
        ("pfizer", "pfizer"),
    ],
)
def test_lists_name_vaccines_in_many_ways(text: str, key: str) -> None:
    assert find_vaccine(text) is VACCINES[key]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "Vắc xin",
        "Sinovac",
        "CoronaVac",
        "Inactivated-SARS-CoV-2-Vero-Cell",
        "Pfizer/Moderna",
        "AZ (abc)",
        "cúm",
    ],
)
def test_what_no_list_of_vietnam_means_is_unknown(text: str) -> None:
    assert find_vaccine(text) is None


@pytest.mark.parametrize(
    ("code", "key"),
    [("208", "pfizer"), ("XM8NQ0", "pfizer"), ("207", "moderna"), ("212", "janssen"), ("510", "vero-cell")],
)
def test_codes_of_other_systems_mean_the_same_products(code: str, key: str) -> None:
    assert by_product_code(code) is VACCINES[key]


def test_the_deprecated_vero_cell_code_is_another_vaccine() -> None:
    assert by_product_code("Inactivated-SARS-CoV-2-Vero-Cell") is None
    assert by_product_code("CoronaVac") is None


@pytest.mark.parametrize(
    ("product", "number", "of", "expected"),
    [
        (PFIZER, 1, 2, ("partial", 1, 2)),
        (PFIZER, 2, 2, ("complete", 2, 2)),
        (PFIZER, 3, 3, ("boosted", 3, 3)),
        (PFIZER, 4, 4, ("boosted", 4, 4)),
        (PFIZER, 3, 2, ("boosted", 3, 2)),
        (PFIZER, 1, 1, ("complete", 1, 1)),  # the issuer closed the series: after an infection
        (PFIZER, 2, 1, ("boosted", 2, 1)),  # after Janssen, or after an infection and one dose
        (PFIZER, 3, 1, ("boosted", 3, 1)),
        (PFIZER, 2, 3, ("complete", 2, 2)),  # the planned booster is counted in
        (MODERNA, 3, 3, ("boosted", 3, 3)),
        (ASTRA, 2, 2, ("complete", 2, 2)),
        (JANSSEN, 1, 1, ("complete", 1, 1)),
        (JANSSEN, 2, 1, ("boosted", 2, 1)),
        (JANSSEN, 2, 2, ("boosted", 2, 2)),
        (JANSSEN, 1, 2, ("complete", 1, 1)),
        (ABDALA, 1, 3, ("partial", 1, 3)),
        (ABDALA, 2, 3, ("partial", 2, 3)),
        (ABDALA, 2, 2, ("partial", 2, 3)),
        (ABDALA, 3, 3, ("complete", 3, 3)),
        (ABDALA, 4, 4, ("boosted", 4, 4)),
        (CORONAVAC, 2, 2, ("complete", 2, 2)),
        (CORONAVAC, 3, 3, ("boosted", 3, 3)),
        ("Inactivated-SARS-CoV-2-Vero-Cell", 2, 2, ("complete", 2, 2)),
        ("Convidecia", 1, 1, ("complete", 1, 1)),
        (UNKNOWN, 1, 2, ("partial", 1, 2)),
        (UNKNOWN, 2, 2, ("complete", 2, 2)),
        (UNKNOWN, 3, 3, ("complete", 3, 3)),  # 3/3 alone does not say booster
        (UNKNOWN, 3, 2, ("boosted", 3, 2)),
        (UNKNOWN, 4, 4, ("boosted", 4, 4)),
        (UNKNOWN, 2, None, ("partial", 2, None)),
        (None, 2, 2, ("complete", 2, 2)),
        (PFIZER, 0, 2, ("none", 0, None)),  # the issuer does not count it
        (PFIZER, 0, 0, ("none", 0, None)),
        (PFIZER, 2, 0, ("complete", 2, 2)),
        (PFIZER, None, None, ("partial", 1, 2)),
        (JANSSEN, None, None, ("complete", 1, 1)),
    ],
)
def test_one_statement(product: str | None, number: int, of: int, expected: tuple[str, int, int | None]) -> None:
    assert told(said(product, number, of)) == expected


def test_statements_of_several_certificates_are_taken_together() -> None:
    first, second = said(PFIZER, 1, 2, date(2021, 8, 1)), said(PFIZER, 2, 2, date(2021, 9, 1))
    assert told(first, second) == ("complete", 2, 2)
    assert told(second, first, first) == ("complete", 2, 2)
    assert told(first, second, said(MODERNA, 3, 3, date(2022, 1, 5))) == ("boosted", 3, 3)


def test_a_booster_numbered_anew_counts_on_from_the_series() -> None:
    assert told(said(PFIZER, 2, 2, date(2021, 9, 1)), said(MODERNA, 1, 1, date(2022, 1, 5))) == ("boosted", 3, 3)
    assert told(said(JANSSEN, 1, 1, date(2021, 9, 1)), said(PFIZER, 1, 1, date(2022, 1, 5))) == ("boosted", 2, 1)
    assert told(said(JANSSEN, 1, 1, date(2021, 9, 1)), said(PFIZER, 2, 2, date(2022, 1, 5))) == ("boosted", 2, 2)
    assert told(said(PFIZER, 4, 4, date(2022, 7, 1)), said(PFIZER, 2, 2, date(2021, 9, 1))) == ("boosted", 4, 4)


def test_a_mixed_series_has_the_length_of_its_first_product() -> None:
    assert told(said(ASTRA, 1, 2, date(2021, 7, 1)), said(PFIZER, 2, 2, date(2021, 9, 1))) == ("complete", 2, 2)
    assert told(said(ASTRA, 1, 2, date(2021, 7, 1)), said(PFIZER, 1, 1, date(2021, 9, 1))) == ("complete", 2, 2)
    abdala_then_pfizer = [said(ABDALA, n, 3, date(2021, 10, n)) for n in (1, 2)] + [
        said(PFIZER, 3, 3, date(2022, 1, 5))
    ]
    assert told(*abdala_then_pfizer) == ("complete", 3, 3)


def test_the_same_day_is_one_dose_and_the_higher_number_counts() -> None:
    assert told(said(PFIZER, 1, 2), said(PFIZER, 2, 2)) == ("complete", 2, 2)
    assert told(said("208", None, None), said("208", None, None)) == ("partial", 1, 2)


def test_records_without_numbers_are_counted() -> None:
    shots = [said("208", None, None, date(2021, month, 1)) for month in (6, 7, 12)]
    assert told(*shots[:1]) == ("partial", 1, 2)
    assert told(*shots[:2]) == ("complete", 2, 2)
    assert told(*shots) == ("boosted", 3, 3)


def test_a_product_may_be_known_by_its_name_or_its_vaccine_code_alone() -> None:
    assert told(said("Comirnaty", 3, 3)) == ("boosted", 3, 3)
    by_vaccine_code = DoseStatement("RA01.0", "XM8NQ0", None, None, 3, 3, date(2022, 1, 10), "VN")
    assert told(by_vaccine_code) == ("boosted", 3, 3)


def test_days_are_calendar_days_and_a_dose_of_the_day_counts() -> None:
    status = dose_status([said(PFIZER, 2, 2, date(2022, 2, 18))], on=date(2026, 11, 21))
    assert (status.last_dose, status.days_since) == (date(2022, 2, 18), 1737)
    assert dose_status([said(PFIZER, 2, 2, ON)], on=ON).days_since == 0


def test_doses_after_the_day_do_not_count() -> None:
    later = said(PFIZER, 2, 2, date(2022, 9, 1))
    assert told(later) == ("none", 0, None)
    assert told(said(PFIZER, 1, 2), later) == ("partial", 1, 2)


def test_a_statement_without_a_date_counts_but_tells_no_days() -> None:
    status = dose_status([said(PFIZER, 2, 2, None)], on=ON)
    assert (status.status, status.last_dose, status.days_since) == ("complete", None, None)


def test_tests_recoveries_and_other_diseases_are_not_applicable() -> None:
    assert told() == ("not_applicable", None, None)
    assert told(said("YF", 1, 1, disease="1D47")) == ("not_applicable", None, None)
    assert told(said(PFIZER, 2, 2, disease="RA01.0")) == ("complete", 2, 2)


@pytest.mark.parametrize(
    ("doses", "expected"),
    [
        ([("pfizer", 1, PRIMARY)], (1, 2)),
        ([("astrazeneca", 1, PRIMARY), ("pfizer", 2, PRIMARY)], (2, 2)),
        ([("pfizer", 1, PRIMARY), ("pfizer", 2, PRIMARY), ("moderna", 3, BOOSTER)], (3, 3)),
        ([("pfizer", 1, PRIMARY), ("pfizer", 2, PRIMARY), ("pfizer", 3, ADDITIONAL)], (3, 3)),
        ([("pfizer", 3, ADDITIONAL), ("pfizer", 4, BOOSTER)], (4, 4)),
        ([("pfizer", 1, PRIMARY), ("pfizer", 2, PRIMARY), ("pfizer", 1, BOOSTER)], (3, 3)),
        ([("janssen", 1, PRIMARY)], (1, 1)),
        ([("janssen", 1, PRIMARY), ("pfizer", 2, BOOSTER)], (2, 1)),
        ([("janssen", 1, PRIMARY), ("pfizer", 2, ADDITIONAL)], (2, 1)),
        ([("abdala", 1, PRIMARY), ("abdala", 2, PRIMARY)], (2, 3)),
        ([("abdala", 1, PRIMARY), ("abdala", 2, PRIMARY), ("abdala", 3, PRIMARY)], (3, 3)),
        ([("abdala", 3, PRIMARY), ("pfizer", 4, BOOSTER)], (4, 4)),
        ([("pfizer", 2, PRIMARY)], (2, 2)),
        ([("pfizer", 2, BOOSTER)], (2, 1)),  # the series before it was one dose, given elsewhere
        ([("pfizer", 3, BOOSTER)], (3, 3)),
    ],
)
def test_series_to_print(doses: list[tuple[str, int, DoseKind]], expected: tuple[int, int]) -> None:
    records = [given(product, number, kind, month) for month, (product, number, kind) in enumerate(doses, start=3)]
    assert series_of(records) == expected
    assert series_of(records[::-1]) == expected


@pytest.mark.parametrize("key", sorted(VACCINES))
def test_what_is_printed_after_a_primary_series_reads_as_complete(key: str) -> None:
    vaccine = VACCINES[key]
    doses = [given(key, number, PRIMARY, number) for number in range(1, vaccine.primary_doses + 1)]
    number, of = series_of(doses)
    status = dose_status([said(vaccine.mp, number, of)], on=ON)
    assert (status.status, status.number, status.of) == ("complete", vaccine.primary_doses, vaccine.primary_doses)
    number, of = series_of([*doses, given("pfizer", number + 1, BOOSTER, 12)])
    assert dose_status([said(PFIZER, number, of)], on=ON).status == "boosted"
