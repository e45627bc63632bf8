"""Signing in with a password: right, wrong, too often, away again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from passport.demo import accounts
from passport.web.limits import LIMITER
from tests.installed import Site


def test_a_member_of_staff_signs_in_and_out(site: Site) -> None:
    LIMITER.reset()
    user = site.demo["users"][0]
    client = site.visitor()
    asked = client.get("/staff/people?name=An")
    assert asked.status_code == 302
    page = client.get(asked.headers["Location"]).data.decode()
    assert "Đăng nhập dành cho cán bộ" in page
    wrong = client.post("/staff/login", data={"email": user["email"], "password": "guess"})
    unknown = client.post("/staff/login", data={"email": "nobody@demo.example", "password": "guess"})
    for answer in (wrong, unknown):
        assert "Thư điện tử hoặc mật khẩu không đúng." in answer.data.decode()
    right = client.post(
        "/staff/login",
        data={"email": user["email"], "password": user["password"], "next": "/staff/people?name=An"},
    )
    assert right.status_code == 302
    assert right.headers["Location"].endswith("/staff/people?name=An")
    assert client.get("/staff/").status_code == 200
    assert client.post("/staff/logout").status_code == 302
    assert client.get("/staff/").status_code == 302


def test_nobody_is_sent_to_another_site(site: Site) -> None:
    LIMITER.reset()
    user = site.demo["users"][0]
    data = {"email": user["email"], "password": user["password"], "next": "https://evil.example/"}
    answer = site.visitor().post("/staff/login", data=data)
    assert "evil" not in answer.headers.get("Location", "")


def test_guessing_is_slow(site: Site) -> None:
    LIMITER.reset()
    client = site.visitor()
    data = {"email": "nobody@demo.example", "password": "guess"}
    assert any(client.post("/staff/login", data=data).status_code == 429 for _ in range(25))
    LIMITER.reset()


def test_a_copied_cookie_dies_with_signing_out_and_nothing_remembers_for_a_year(site: Site) -> None:
    LIMITER.reset()
    user = site.demo["users"][0]
    client = site.visitor()
    data = {"email": user["email"], "password": user["password"], "remember": "y"}
    answer = client.post("/staff/login", data=data)
    assert "remember_token" not in "".join(answer.headers.getlist("Set-Cookie"))
    stolen = client.get_cookie("session")
    assert stolen is not None
    client.post("/staff/logout")
    thief = site.visitor()
    thief.set_cookie("session", stolen.value)
    assert thief.get("/staff/").status_code == 302


def test_a_quarter_of_an_hour_away_ends_the_session(site: Site) -> None:
    client = site.as_(accounts.NURSE)
    assert client.get("/staff/").status_code == 200
    with client.session_transaction() as kept:
        kept["staff_seen"] = (datetime.now(UTC) - timedelta(minutes=16)).isoformat()
    assert client.get("/staff/").status_code == 302
    assert client.get("/staff/").status_code == 302


def test_numbers_beyond_the_database_are_not_found(site: Site) -> None:
    client = site.as_(accounts.APPROVER)
    for path in ("lists", "batches"):
        assert client.get(f"/staff/{path}/99999999999999999999999").status_code == 404


def test_a_slow_picture_does_not_undo_a_login(site: Site) -> None:
    visitor = site.visitor()
    assert "session=" in str(visitor.get("/demo").headers.getlist("Set-Cookie"))
    assert visitor.get("/demo/1.svg").headers.getlist("Set-Cookie") == []
