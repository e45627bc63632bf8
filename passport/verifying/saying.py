"""What a verdict says in words: dates and names as the two languages write them (reference/wording sections 1-3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from passport.domain.dates import spoken_day
from passport.domain.verdict import Heading, Verdict
from passport.errors import Sentence
from passport.rules.schedules import against_covid
from passport.rules.valuesets import country_name

HEADINGS: Mapping[Heading, Sentence] = {
    Heading.VALID: Sentence("HỢP LỆ", "VALID"),
    Heading.INVALID: Sentence("KHÔNG HỢP LỆ", "NOT VALID"),
    Heading.RULE: Sentence("CHƯA ĐẠT YÊU CẦU", "REQUIREMENT NOT MET"),
    Heading.HOLDER: Sentence("KHÔNG ĐÚNG NGƯỜI", "NOT THIS PERSON"),
    Heading.UNREAD: Sentence("CHƯA ĐỌC ĐƯỢC MÃ", "CODE NOT READ"),
    Heading.UNDETERMINED: Sentence("CHƯA KIỂM TRA ĐƯỢC", "COULD NOT BE CHECKED"),
}
TEST = Sentence("MẪU THỬ – KHÔNG CÓ GIÁ TRỊ", "TEST – NOT FOR USE")
GENUINE = Sentence("Chứng nhận là thật và đang có hiệu lực.", "The certificate is genuine and in force.")
COMPARE = Sentence(
    "Đối chiếu họ tên và ngày sinh với giấy tờ tùy thân.",
    "Compare the name and date of birth with an identity document.",
)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in the service's time zone."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # the last hours of the year 9999 have no tomorrow
        return moment.date()


def spoken(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a rule's answer as its sentence wants them: a day written out, a country by its name."""
    written = dict(values)
    if "date" in values:
        written["date"] = spoken_day(date.fromisoformat(values["date"]))
    if "country" in values:
        written["country"] = country_name(values["country"])
    return written


def dose_line(verdict: Verdict) -> Sentence | None:
    """The latest dose in one line (wording 9), or None where the certificate states none."""
    status, certificate = verdict.dose_status, verdict.certificate
    if certificate is None or status is None or status.last_dose is None or status.days_since is None:
        return None
    ours = against_covid(certificate.doses)
    product = next((dose.product for dose in ours if dose.date == status.last_dose), None)
    name = verdict.names.get("product", {}).get(product or "", product) or "–"
    date_, days = spoken_day(status.last_dose), status.days_since
    number, of = status.number or "–", status.of or "–"
    return Sentence(
        f"Mũi {number}/{of} · {name} · tiêm ngày {date_.vi} ({days} ngày tính đến ngày kiểm tra)",
        f"Dose {number} of {of} · {name} · given on {date_.en} "
        f"({days} {'day' if days == 1 else 'days'} before the day of the check)",
    )
