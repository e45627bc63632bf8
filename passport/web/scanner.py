"""The checkpoint's page: scan, take a picture, choose a file or paste; the same check without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request

from passport.domain.verdict import Verdict
from passport.house import clock, current_house
from passport.rules.policies import POLICIES
from passport.rules.valuesets import country_name
from passport.verifying.context import Context
from passport.verifying.request import CheckRequest, answer, answer_file, parse_at, parse_country, parse_policy
from passport.web import access, result, scanner_words
from passport.web.language import day, told
from passport.web.language import gettext as _
from passport.web.limits import LIMITER
from passport.web.published import count

BLUEPRINT = Blueprint("scanner", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)

CHECKS_LIMIT = "30 per minute"  # per address, as for strangers at the API (INTERFACES section 5)
PAUSES = (3, 5, 10, 15, 30)  # seconds that a result stays; reference/ux.md
_TITLES = {policy.name: policy.title for policy in POLICIES}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a certificate is checked against; `on` is a day as YYYY-MM-DD, None for this moment."""

    policy: str | None = None
    country: str | None = None
    on: str | None = None

    @classmethod
    def read(cls, values: Mapping[str, str], *, today: str) -> Terms:
        """The terms in a form or an address; raises InputError (bad_option) for what no form of ours sends."""
        policy, country, on = (values.get(name) or None for name in ("policy", "country", "on"))
        if on is not None:
            parse_at(on)
        return cls(
            policy=parse_policy(policy) if policy else None,
            country=parse_country(country) if country else None,
            on=on if on != today else None,
        )

    @property
    def at(self) -> datetime | None:
        """The clock of the check."""
        return parse_at(self.on) if self.on else None

    def asking(self, *texts: str) -> CheckRequest:
        """The check of `texts` under these terms."""
        return CheckRequest(credentials=texts, at=self.at, country=self.country, policy=self.policy)

    def told(self, *, today: str) -> str:
        """Wording 11, in the language of the request."""
        return scanner_words.terms(self.asked(), day(self.on or today))

    def asked(self) -> str:
        """The rules in words, without the day."""
        asked = [told(_TITLES[self.policy])] if self.policy else []
        if self.country:
            asked.append(scanner_words.rules_of(told(country_name(self.country))))
        return ", ".join(asked) or scanner_words.no_policy()


@BLUEPRINT.route("/verify", methods=["GET", "POST"])
@LIMITER.limit(CHECKS_LIMIT, methods=["POST"])
def verify_page() -> str:
    """The scanner; a form that came without JavaScript is answered with its result."""
    terms = Terms.read(request.values, today=_today())
    if request.method == "GET":
        return page(terms)
    file = request.files.get("image")
    text = request.form.get("credential", "").lstrip().rstrip("\r\n\t")  # a code may end in a space
    if not file and not text:
        return page(terms, errors={"credential": _("Nhập nội dung mã hoặc chọn ảnh.")})
    verdict = _check_file(file.read(), terms) if file else _check_text(text, terms)
    return show(count(verdict), terms=terms)


def show(verdict: Verdict, *, terms: Terms) -> str:
    """The page of a result that the server renders."""
    lines = result.face(verdict, terms=terms.told(today=_today()), context=current_house().context)
    return render_template("scanner/result.html", face=lines, terms=terms)


def page(terms: Terms, *, errors: Mapping[str, str] | None = None, kept: bool = False) -> str:
    """The scanner itself; `kept` is the one that a device keeps: no token, no day, no age of a list stand in it."""
    context = current_house().context
    return render_template(
        "scanner/verify.html",
        terms=terms,
        kept=kept,
        today=None if kept else _today(),
        errors=errors or {},
        policies=policy_choices(),
        countries=country_choices(),
        pauses=[(str(seconds), _("%(seconds)s giây", seconds=seconds)) for seconds in PAUSES],
        blank=result.BLANK,
        words=scanner_words.words(context=context),
        lists="" if kept else _lists_line(context),
    )


def policy_choices() -> list[tuple[str, str]]:
    """The policies that a checkpoint may choose, and none of them."""
    return [("", _("Chỉ chữ ký và hiệu lực")), *((name, told(title)) for name, title in _TITLES.items())]


def country_choices() -> list[tuple[str, str]]:
    """The countries whose rules are kept here, and none of them."""
    countries = current_house().context.rules.countries
    return [("", _("Không chọn")), *((code, told(country_name(code))) for code in countries)]


def _lists_line(context: Context) -> str:
    return result.lists_line(
        trust=context.keyring.updated_at,
        revocation=context.revocations.updated_at,
        context=context,
        now=clock(),
    )


def _check_text(text: str, terms: Terms) -> Verdict:
    verdict = answer(terms.asking(text), context=current_house().context, now=clock())
    assert isinstance(verdict, Verdict)  # one credential, however many cards
    return verdict


def _check_file(data: bytes, terms: Terms) -> Verdict:
    return answer_file(data, terms.asking(), context=current_house().context, now=clock())


def _today() -> str:
    return current_house().today(clock()).isoformat()
