"""Who works here: the first administrator by a link, others by links of theirs, two factors, roles given and taken."""

from __future__ import annotations

import base64
import html
import io
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask.testing import FlaskClient
from sqlalchemy import select, update

from passport.demo import accounts
from passport.registry.accounts import account_of
from passport.registry.audit import entries
from passport.registry.invitations import Invitation
from passport.registry.tables import Area, Person
from passport.web.limits import LIMITER
from tests.installed import Site

FIRST = "first@ministry.example"
PASSWORD = "mot-mat-khau-dai"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    LIMITER.reset()


def _text(page: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", page.decode()))


def _link(site: Site, *arguments: str) -> str:
    with site.app.app_context():
        result = site.app.test_cli_runner().invoke(args=["users", "invite", *arguments])
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip().partition("/staff/")[2]


def _chooses(client: FlaskClient, link: str, password: str = PASSWORD) -> str:
    answer = client.post(f"/staff/{link}", data={"password": password, "again": password})
    assert answer.status_code == 302, _text(answer.data)
    return str(answer.headers["Location"])


def _decides(client: FlaskClient, decision: str, *, status: int = 302) -> None:
    """Presses the button of this decision where the page of accounts offers one, which is to be so unless 404."""
    buttons = re.findall(rf"/staff/accounts/requests/\d+/{decision}", client.get("/staff/accounts").data.decode())
    assert len(buttons) == (status == 302)
    for button in buttons:
        assert client.post(button).status_code == status


def _code(secret: str, *, steps: int = 0) -> str:
    key = base64.b32decode(secret.replace("-", "").replace(" ", ""))
    return TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(time.time() + 30 * steps).decode()


# Of Flask-Security's own form.
@pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning")
def test_the_first_administrator_comes_by_a_link_and_needs_two_factors(site: Site) -> None:
    site.app.config["SECURITY_TWO_FACTOR_REQUIRED"] = True  # as in production
    link = _link(site, FIRST, "--name", "Quản trị đầu tiên", "--role", "administrator", "--national")
    browser = site.visitor()
    assert FIRST in browser.get(f"/staff/{link}").data.decode()
    short = browser.post(f"/staff/{link}?lang=en", data={"password": "short", "again": "short"})
    assert "at least 8 characters" in _text(short.data)
    differ = browser.post(f"/staff/{link}?lang=en", data={"password": PASSWORD, "again": "another password"})
    assert "The two entries differ" in _text(differ.data)

    assert _chooses(browser, link).endswith("/staff/tf-setup")
    assert browser.get("/staff/accounts").status_code == 302  # a password alone opens nothing
    setup = browser.post("/staff/tf-setup", data={"setup": "authenticator"})
    (secret,) = re.findall(r'<span class="code">([A-Z2-7 -]{20,})</span>', setup.data.decode())
    used = _code(secret)
    assert browser.post("/staff/tf-validate", data={"code": used}).status_code == 302
    assert browser.get("/staff/accounts").status_code == 200
    assert site.visitor().get(f"/staff/{link}").status_code == 422  # good once

    other = site.visitor()
    signed = other.post("/staff/login", data={"email": FIRST, "password": PASSWORD})
    assert "/staff/tf-validate" in signed.headers["Location"]
    assert "Mã không đúng" in _text(other.post("/staff/tf-validate", data={"code": used}).data)  # seen over a shoulder
    assert other.get("/staff/").status_code == 302
    assert other.post("/staff/tf-validate", data={"code": _code(secret, steps=1)}).status_code == 302
    assert other.get("/staff/").status_code == 200


def test_an_administrator_invites_gives_takes_and_closes(site: Site) -> None:
    admin = site.as_(accounts.ADMINISTRATOR)
    asked = {"email": "moi@demo.example", "name": "Cán bộ mới", "role": "registrar", "area": "99999"}
    assert admin.post("/staff/accounts", data=asked).status_code == 422
    made = admin.post("/staff/accounts", data=asked | {"area": "03217"}).data.decode()
    (link,) = re.findall(r"/staff/(welcome/[\w-]+)", made)
    assert admin.post("/staff/accounts", data=asked | {"area": "03217"}).status_code == 422  # taken
    newcomer = site.visitor()
    assert _chooses(newcomer, link).endswith("/staff/")
    assert newcomer.get("/staff/lists").status_code == 200
    assert newcomer.get("/staff/accounts").status_code == 403

    with site.house.database.reading() as session:
        page = f"/staff/accounts/{account_of(session, asked['email']).id}"
    assert admin.post(page + "/grants", data={"role": "confirmer", "scope": "national"}).status_code == 302
    assert newcomer.get("/staff/confirm").status_code == 403  # until a second administrator agrees
    _decides(admin, "agree", status=404)  # the one who asked is offered no such button
    _decides(site.as_(accounts.SECOND_ADMINISTRATOR), "agree")
    assert newcomer.get("/staff/confirm").status_code == 200
    (taken,) = re.findall(
        rf'{page}/grants/(\d+)/take"(?:(?!</form>).)*Người xác nhận', admin.get(page).data.decode(), re.S
    )
    assert admin.post(f"{page}/grants/{taken}/take").status_code == 302
    assert newcomer.get("/staff/confirm").status_code == 403
    assert admin.post(page + "/active", data={"active": "0"}).status_code == 302
    assert newcomer.get("/staff/").status_code == 302  # every session has ended
    answer = site.visitor().post("/staff/login", data={"email": asked["email"], "password": PASSWORD})
    assert answer.status_code == 200
    with site.house.database.reading() as session:
        acts = [entry.action for entry in entries(session, subject=page.replace("/staff/accounts/", "account "))]
    assert acts == [
        "account_closed", "role_taken", "role_agreed", "role_asked", "link_used", "role_granted", "user_invited",
    ]  # fmt: skip


def test_a_link_that_takes_an_account_over_opens_nothing_before_a_second_yes(site: Site) -> None:
    admin, second = site.as_(accounts.ADMINISTRATOR), site.as_(accounts.SECOND_ADMINISTRATOR)
    with site.house.database.reading() as session:
        page = f"/staff/accounts/{account_of(session, accounts.APPROVER.email).id}"
    made = admin.post(page + "/link").data.decode()
    (link,) = re.findall(r"/staff/(welcome/[\w-]+)", made)
    assert "chưa dùng được" in _text(made.encode())
    waits = site.visitor().post(f"/staff/{link}?lang=en", data={"password": PASSWORD, "again": PASSWORD})
    assert waits.status_code == 422
    assert "waits for a second administrator" in _text(waits.data)
    (asked,) = re.findall(r"/staff/accounts/requests/(\d+)/refuse", admin.get("/staff/accounts").data.decode())
    assert admin.post(f"/staff/accounts/requests/{asked}/agree").status_code == 403
    assert "1 việc chờ bạn đồng ý" in _text(second.get("/staff/").data)
    assert "chờ bạn đồng ý" not in _text(admin.get("/staff/").data)
    _decides(second, "refuse")
    assert site.visitor().get(f"/staff/{link}").status_code == 422
    (link,) = re.findall(r"/staff/(welcome/[\w-]+)", admin.post(page + "/link").data.decode())
    _decides(second, "agree")
    assert site.visitor().get(f"/staff/{link}").status_code == 200
    with site.house.database.reading() as session:
        (agreed,) = entries(session, action="link_agreed", limit=1)
        who = account_of(session, accounts.ADMINISTRATOR.email).id
    assert (agreed.actor, agreed.detail) == (accounts.SECOND_ADMINISTRATOR.email, {"asked_by": f"account {who}"})


def test_nobody_changes_their_own_account_or_one_above(site: Site) -> None:
    admin = site.as_(accounts.ADMINISTRATOR)
    with site.house.database.reading() as session:
        own = f"/staff/accounts/{account_of(session, accounts.ADMINISTRATOR.email).id}"
    assert admin.post(own + "/grants", data={"role": "approver", "scope": "national"}).status_code == 409
    assert admin.post(own + "/active", data={"active": "0"}).status_code == 409
    assert admin.post(own + "/link").status_code == 409

    local = {"email": "xa@demo.example", "name": "Quản trị xã", "role": "administrator", "area": "03217"}
    made = admin.post("/staff/accounts", data=local).data.decode()
    (link,) = re.findall(r"/staff/(welcome/[\w-]+)", made)
    commune = site.visitor()
    _chooses(commune, link)
    assert commune.get("/staff/accounts").status_code == 403
    _decides(site.as_(accounts.SECOND_ADMINISTRATOR), "agree")
    listed = commune.get("/staff/accounts").data.decode()
    assert accounts.NURSE.email in listed
    assert accounts.NURSE_KIM_SON.email not in listed
    assert accounts.ADMINISTRATOR.email not in listed
    assert commune.get(own).status_code == 404
    elsewhere = {"email": "khac@demo.example", "name": "Khác", "role": "registrar", "scope": "national"}
    assert commune.post("/staff/accounts", data=elsewhere).status_code == 422


def test_a_link_ends_after_three_days_and_with_a_newer_one(site: Site) -> None:
    first = _link(site, accounts.NURSE.email)
    second = _link(site, accounts.NURSE.email)
    assert site.visitor().get(f"/staff/{first}").status_code == 422
    assert site.visitor().get(f"/staff/{second}").status_code == 200
    with site.house.database.transaction() as session:
        session.execute(update(Invitation).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert site.visitor().get(f"/staff/{second}").status_code == 422


def test_the_trail_is_searched_and_its_chain_checked(site: Site) -> None:
    auditor = site.as_(accounts.AUDITOR)
    page = _text(auditor.get("/staff/audit?action=batch_approved&lang=en").data)
    assert "batch_approved" in page
    assert "list_imported" not in page.partition("Acts on record")[2]
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert "No entry matches." in _text(auditor.get(f"/staff/audit?since={tomorrow}&lang=en").data)
    for query, status in (("until=9999-12-31", 422), ("since=0001-01-01", 422), ("before=" + "9" * 30, 200)):
        assert auditor.get(f"/staff/audit?{query}").status_code == status
    (head,) = re.findall(r"\b\d+:[0-9a-f]{64}\b", auditor.get("/staff/audit").data.decode())
    assert "The chain of the trail is whole." in _text(auditor.post("/staff/audit?lang=en", data={"head": head}).data)
    forged = head[:-1] + ("0" if head[-1] != "0" else "1")
    assert "is not what was written" in _text(auditor.post("/staff/audit?lang=en", data={"head": forged}).data)
    assert auditor.post("/staff/audit", data={"head": "rubbish"}).status_code == 422


def test_whoever_opens_a_record_is_kept_with_office_and_page(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    with site.house.database.reading() as session:
        found = session.scalars(select(Person).join(Person.commune).where(Area.code == accounts.NURSE.area_code))
        person = found.first().id
    nurse.get(f"/staff/people/{person}")
    nurse.get(f"/staff/cleaning/{person}")
    with site.house.database.reading() as session:
        kept = [(e.action, e.actor, e.detail) for e in entries(session, subject=person, limit=2)]
    office = "Xã Tủa Chùa"
    assert kept == [
        ("person_opened", accounts.NURSE.email, {"office": office, "purpose": page}) for page in ("cleaning", "record")
    ]


def test_a_company_brings_its_list_and_sees_no_vaccination(site: Site) -> None:
    school = site.as_(accounts.LIST_PROVIDER)
    data = "Họ và tên,Ngày sinh,Số CCCD/CMND/Hộ chiếu\nMùa A Vắng,01/02/1993,1234\n".encode()
    form = {"site": "TC-LD-01", "kind": "attendance", "file": (io.BytesIO(data), "present.csv")}
    brought = school.post("/staff/lists", data=form, content_type="multipart/form-data")
    assert brought.status_code == 302
    assert brought.headers["Location"].endswith("/provider")
    told = _text(school.get(brought.headers["Location"] + "?lang=en").data)
    assert "Mùa A Vắng" in told
    listed = school.get("/staff/lists").data.decode()
    assert listed.count("present.csv") == 1
    assert "session" not in listed  # lists of others are not theirs
    nurses = site.as_(accounts.NURSE).get("/staff/lists").data.decode()
    others = re.findall(r"/staff/lists/(\d+)\"", nurses)
    assert others
    assert {school.get(f"/staff/lists/{number}/provider").status_code for number in others} >= {403}
