"""For agencies: what is offered, a test key for everybody, and signing in with a key to see its scopes and use."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from passport.house import clock, current_house
from passport.registry.client_use import use_of
from passport.registry.clients import Client, find_client
from passport.rules.policies import POLICIES
from passport.rules.valuesets import country_name
from passport.web import access
from passport.web.agency_session import sign_in, signed_in
from passport.web.language import gettext as _
from passport.web.language import told
from passport.web.limits import ANONYMOUS_LIMIT, LIMITER, SIGN_IN_LIMIT, TEST_LIMIT
from passport.web.test_keys import LIFE, make_test_key, offered
from passport.web.use import current_use

BLUEPRINT = Blueprint("agency_desk", __name__, url_prefix="/agency")
access.declare(BLUEPRINT, access.Audience.PUBLIC)

TEST_KEYS_LIMIT = "10 per hour"  # per address
USE_DAYS = 30
PAGES = ("agency_own.group_form", "agency_own.list_form")  # where a visitor may have wanted to go before signing in


@BLUEPRINT.get("")
def desk() -> str:
    """What an agency can do here; its own scopes, use and limit once it is signed in."""
    return show(errors={})


@BLUEPRINT.post("/sign-in")
@LIMITER.limit(SIGN_IN_LIMIT)
def enter() -> ResponseReturnValue:
    """Signs an agency in with its key, which is not kept."""
    with current_house().database.reading() as session:
        client = find_client(session, key=request.form.get("key", "").strip())
    if client is None:
        return show(errors={"key": _("Khóa này không đúng hoặc đã kết thúc.")}), 401
    sign_in(client)
    return redirect(url_for(_wanted() or "agency_desk.desk"))


@BLUEPRINT.post("/test-key")
@LIMITER.limit(TEST_KEYS_LIMIT)
def test_key() -> ResponseReturnValue:
    """Gives a test key away and shows it once."""
    if not offered():
        return show(errors={}), 404
    key, ends = make_test_key()
    return render_template("agency/key.html", key=key, ends=ends, test=True, base=current_house().settings.base_url)


def show(*, errors: dict[str, str]) -> str:
    """The page of the agencies."""
    client, house = signed_in(), current_house()
    return render_template(
        "agency/desk.html",
        client=client,
        use=_use(client) if client else [],
        use_days=USE_DAYS,
        scopes=scope_names(),
        offered=offered(),
        test_hours=LIFE // timedelta(hours=1),
        test_limit=TEST_LIMIT,
        anonymous_limit=ANONYMOUS_LIMIT,
        wanted=_wanted(),
        errors=errors,
        base=house.settings.base_url,
    )


def trip_choices() -> dict[str, list[tuple[str, str]]]:
    """What a form for a journey offers: our policies, the countries whose rules are here."""
    countries = current_house().context.rules.countries
    none = ("", _("Không chọn"))
    return {
        "policies": [none, *((policy.name, told(policy.title)) for policy in POLICIES)],
        "countries": [none, *((code, told(country_name(code))) for code in countries)],
    }


def _wanted() -> str:
    wanted = request.values.get("next", "")
    return wanted if wanted in PAGES else ""


def scope_names() -> dict[str, str]:
    """What each scope of a key allows, in words."""
    return {
        "verify": _("Kiểm tra từng chứng nhận"),
        "verify:batch": _("Kiểm tra hàng loạt, cả đoàn và danh sách mã"),
        "registry:read": _("Đọc hồ sơ trong địa bàn của tài khoản được ủy quyền"),
        "registry:write": _("Gửi danh sách tiêm chủng"),
        "issue": _("Thu hồi chứng nhận đã cấp"),
    }


def _use(client: Client) -> list[list[object]]:
    """The checks of the last days: day, all, valid, not valid, undecided."""
    current_use().write()  # what this process has not written yet
    house = current_house()
    since = house.today(clock()) - timedelta(days=USE_DAYS - 1)
    with house.database.reading() as session:
        days = use_of(session, client_id=client.id, since=since)
    outcomes = ("valid", "invalid", "undetermined")
    return [[day, sum(told.values()), *(told.get(outcome, 0) for outcome in outcomes)] for day, told in days.items()]
