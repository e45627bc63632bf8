"""Accounts and their roles by area."""

from __future__ import annotations

import pytest

from passport.errors import InputError, Refusal, Refused
from passport.registry import accounts
from passport.registry.accounts import grant_role, require_role
from passport.registry.areas import find_area
from passport.registry.tables import Grant

from .conftest import KIM_SON, TUA_CHUA, Scene


def _may(scene: Scene, name: str, role: str, code: str | None) -> bool:
    area = None if code is None else scene.area(code)
    try:
        require_role(scene.session, scene.account(name), {role, "auditor"}, area)
    except Refused as refusal:
        return refusal.reason is not Refusal.NOT_PERMITTED
    return True


def test_an_account_is_found_in_any_case(scene: Scene) -> None:
    account = accounts.create_account(
        scene.session, email=" Nguyen.A@Example.vn ", name=" Nguyễn A ", password_hash="h"
    )
    assert accounts.find_account(scene.session, "nguyen.a@example.VN") is account
    assert (account.email, account.name, account.active) == ("Nguyen.A@Example.vn", "Nguyễn A", True)
    assert accounts.list_accounts(scene.session) == [account]


@pytest.mark.parametrize(
    "email", ["a@example.vn", "A@EXAMPLE.VN", "nobody", "@", "", "a\n@example.vn", "b" * 251 + "@b.vn"]
)
def test_an_address_is_an_address_and_nobody_elses(scene: Scene, email: str) -> None:
    scene.account("a")
    with pytest.raises(InputError) as told:
        accounts.create_account(scene.session, email=email, name="B", password_hash=None)
    assert told.value.reason is Refusal.BAD_OPTION


@pytest.mark.parametrize("name", ["", " ", "Lê" * 61, "Lê\x00"])
def test_an_account_has_a_name_that_the_database_holds(scene: Scene, name: str) -> None:
    with pytest.raises(InputError) as told:
        accounts.create_account(scene.session, email="new@example.vn", name=name, password_hash=None)
    assert told.value.reason is Refusal.BAD_OPTION


def test_an_unknown_or_closed_account_acts_no_more(scene: Scene) -> None:
    scene.account("a").active = False
    for email in ("a@example.vn", "b@example.vn"):
        with pytest.raises(InputError) as told:
            accounts.find_account(scene.session, email)
        assert told.value.reason is Refusal.UNKNOWN_ACCOUNT


def test_a_role_reaches_down_but_not_up_nor_sideways(scene: Scene) -> None:
    grant_role(scene.session, account=scene.account("p"), role="issuer", area=scene.area("37"))
    grant_role(scene.session, account=scene.account("c"), role="issuer", area=scene.area(KIM_SON))
    assert [_may(scene, "p", "issuer", code) for code in ("37", KIM_SON, "376", TUA_CHUA, None)] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert [_may(scene, "c", "issuer", code) for code in ("37", KIM_SON, TUA_CHUA, None)] == [
        False, True, False, False,
    ]  # fmt: skip
    assert not _may(scene, "p", "approver", KIM_SON)


def test_a_role_reaches_the_units_that_went_into_its_area(scene: Scene) -> None:
    grant_role(scene.session, account=scene.account("c"), role="issuer", area=scene.area(KIM_SON))
    then = scene.today.replace(year=2022)
    merged, other = (find_area(scene.session, code, on=then) for code in ("14635", "14620"))
    require_role(scene.session, scene.account("c"), ["issuer"], merged)
    with pytest.raises(Refused):
        require_role(scene.session, scene.account("c"), ["issuer"], other)


def test_a_national_role_reaches_everywhere(scene: Scene) -> None:
    grant_role(scene.session, account=scene.account("n"), role="auditor", area=None)
    assert all(_may(scene, "n", "issuer", code) for code in ("37", TUA_CHUA, None))
    assert accounts.granted_areas(scene.account("n"), ["auditor"]) == [None]


def test_a_role_is_granted_once(scene: Scene) -> None:
    for area in (None, None, scene.area(), scene.area()):
        grant_role(scene.session, account=scene.account("a"), role="inspector", area=area)
    assert scene.session.query(Grant).count() == 2


def test_an_unknown_role(scene: Scene) -> None:
    with pytest.raises(InputError) as told:
        grant_role(scene.session, account=scene.account("a"), role="owner", area=None)
    assert told.value.reason is Refusal.BAD_OPTION
