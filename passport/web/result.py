"""What the page says of a verdict: the same lines whether the server or the browser fills them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from passport.domain.verdict import Heading, Outcome, RuleResult, Verdict
from passport.errors import Reason, sentence
from passport.verifying.context import Context
from passport.verifying.saying import COMPARE, HEADINGS, TEST, dose_line
from passport.web.language import day, moment, ngettext, told
from passport.web.language import gettext as _

# Where a person may be let through, the document decides who it is.
_COMPARED = {Heading.VALID, Heading.RULE, Heading.UNDETERMINED}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Face:
    """One result as lines of the language in force; an empty line is left out of the page."""

    outcome: str = ""
    reason: str = ""
    heading: str = ""
    test: str = ""
    word: str = ""
    message: str = ""
    advice: str = ""
    name: str = ""
    born: str = ""
    compare: str = ""
    dose: str = ""
    not_ill: str = ""
    terms: str = ""
    lists: str = ""
    rules: tuple[RuleResult, ...] = ()


BLANK = Face()  # the lines that the browser fills in


def face(verdict: Verdict, *, terms: str, context: Context) -> Face:
    """The lines of `verdict`; name and birth date only when its signature was believed."""
    certificate = verdict.certificate
    holder = certificate.holder if certificate else None
    dose = dose_line(verdict)
    ill = verdict.outcome is Outcome.INVALID and verdict.heading is not Heading.UNREAD
    return Face(
        outcome=verdict.outcome.value,
        reason=verdict.reason.value if verdict.reason else "",
        heading=verdict.heading.value,
        test=told(TEST) if verdict.test else "",
        word=told(HEADINGS[verdict.heading]),
        message=told(verdict.message),
        advice=told(verdict.advice) if verdict.advice != COMPARE else "",
        name=holder.name if holder else "",
        born=_born(day(holder.born)) if holder and holder.born else "",
        compare=told(COMPARE) if holder and verdict.heading in _COMPARED else "",
        dose=told(dose) if dose else "",
        not_ill=_not_ill() if ill else "",
        terms=terms,
        lists=lists_line(
            trust=verdict.lists.trust, revocation=verdict.lists.revocation, context=context, now=verdict.checked_at
        ),
        rules=verdict.rules.results if verdict.rules else (),
    )


def lists_line(*, trust: datetime | None, revocation: datetime | None, context: Context, now: datetime) -> str:
    """How old the checking data are, and when they must be renewed; '' where no list was ever imported."""
    ages = ((trust, context.trust_max_age), (revocation, context.revocation_max_age))
    dated = [(made, made + most) for made, most in ages if made]
    if not dated:
        return ""
    oldest, deadline = min(made for made, _end in dated), min(end for _made, end in dated)
    if now > deadline:
        return _stale(max((now - deadline) // _DAY, 1))
    if now - oldest < _DAY:
        return _fresh()
    days = (now - oldest) // _DAY
    return _ageing(days, days=days, time=moment(deadline))


def words(*, context: Context) -> dict[str, Any]:
    """The sentences with which the browser fills a `BLANK` face; `{…}` is filled in there."""
    return {
        "headings": {heading.value: told(word) for heading, word in HEADINGS.items()},
        "test": told(TEST),
        "compare": told(COMPARE),
        "born": _born("{date}"),
        "not_ill": _not_ill(),
        "dose": {form: _dose(count) for form, count in _FORMS},
        "fresh": _fresh(),
        "ageing": {form: _ageing(count, days="{days}", time="{time}") for form, count in _FORMS},
        "stale": _stale("{n}"),
        "max_days": {
            "trust": context.trust_max_age / _DAY,
            "revocation": context.revocation_max_age / _DAY,
        },
        "zone": context.zone.key,
    }


_FORMS = (("one", 1), ("other", 2))  # the plural forms of English; Vietnamese has one


def _born(date: str) -> str:
    return _("Sinh: %(date)s", date=date)


def _not_ill() -> str:
    return _("Kết quả này không có nghĩa là người được kiểm tra đang mắc bệnh.")


def _fresh() -> str:
    return _("Dữ liệu kiểm tra đã được cập nhật.")


def _ageing(count: int, *, days: int | str, time: str) -> str:
    return ngettext(
        "Dữ liệu kiểm tra cập nhật %(days)s ngày trước. Cần kết nối mạng trước %(time)s.",
        count,
        days=days,
        time=time,
    )


def _stale(days: int | str) -> str:
    return told(sentence(Reason.LISTS_STALE, values={"n": days}))


def _dose(count: int) -> str:
    return ngettext(
        "Mũi {number}/{of} · {product} · tiêm ngày {date} ({days} ngày tính đến ngày kiểm tra)",
        count,
    )
