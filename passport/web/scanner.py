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
from passport.verifying.request import CheckRequest, answer, parse_at, parse_country, parse_policy
from passport.verifying.verify import verify_image
from passport.web import access, result
from passport.web.language import day, told
from passport.web.language import gettext as _
from passport.web.limits import LIMITER
from passport.web.published import count

BLUEPRINT = Blueprint("scanner", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)

CHECKS_LIMIT = "30 per minute"  # per address, as for strangers at the API (INTERFACES section 5)
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

    def told(self, *, today: str) -> str:
        """Wording 11, in the language of the request."""
        asked = [told(_TITLES[self.policy])] if self.policy else []
        if self.country:
            asked.append(_rules_of(told(country_name(self.country))))
        return _terms(", ".join(asked) or _no_policy(), day(self.on or today))


@BLUEPRINT.route("/verify", methods=["GET", "POST"])
@LIMITER.limit(CHECKS_LIMIT, methods=["POST"])
def verify_page() -> str:
    """The scanner; a form that came without JavaScript is answered with its result."""
    terms = Terms.read(request.values, today=_today())
    if request.method == "GET":
        return _scanner(terms)
    picture = request.files.get("image")
    text = request.form.get("credential", "").lstrip().rstrip("\r\n\t")  # a code may end in a space
    if not picture and not text:
        return _scanner(terms, errors={"credential": _("Nhập nội dung mã hoặc chọn ảnh.")})
    verdict = _check_picture(picture.read(), terms) if picture else _check_text(text, terms)
    return show(count(verdict), terms=terms)


def show(verdict: Verdict, *, terms: Terms) -> str:
    """The page of a result that the server renders."""
    lines = result.face(verdict, terms=terms.told(today=_today()), context=current_house().context)
    return render_template("scanner/result.html", face=lines, terms=terms)


def _scanner(terms: Terms, *, errors: Mapping[str, str] | None = None) -> str:
    context = current_house().context
    words = result.words(context=context) | {
        "terms": _terms("{policy}", "{date}"),
        "rules_of": _rules_of("{country}"),
        "no_policy": _no_policy(),
    }
    return render_template(
        "scanner/verify.html",
        terms=terms,
        today=_today(),
        errors=errors or {},
        policies=[("", _("Chỉ chữ ký và hiệu lực")), *((name, told(title)) for name, title in _TITLES.items())],
        countries=[("", _("Không chọn")), *((code, told(country_name(code))) for code in context.rules.countries)],
        blank=result.BLANK,
        words=words,
        lists=result.lists_line(
            trust=context.keyring.updated_at,
            revocation=context.revocations.updated_at,
            context=context,
            now=clock(),
        ),
    )


def _check_text(text: str, terms: Terms) -> Verdict:
    check = CheckRequest(credentials=(text,), at=terms.at, country=terms.country, policy=terms.policy)
    verdict = answer(check, context=current_house().context, now=clock())
    assert isinstance(verdict, Verdict)  # one credential, however many cards
    return verdict


def _check_picture(data: bytes, terms: Terms) -> Verdict:
    return verify_image(
        data,
        context=current_house().context,
        now=clock(),
        at=terms.at,
        country=terms.country,
        policy=terms.policy,
    )


def _today() -> str:
    return current_house().today(clock()).isoformat()


def _terms(policy: str, date: str) -> str:
    return _("Kiểm tra theo: %(policy)s · ngày %(date)s", policy=policy, date=date)


def _rules_of(country: str) -> str:
    return _("quy định của %(country)s", country=country)


def _no_policy() -> str:
    return _("chữ ký và hiệu lực")
