"""Sites and campaigns."""

from __future__ import annotations

import pytest

from passport.errors import InputError, Refusal
from passport.registry import sites

from .conftest import KIM_SON, TUA_CHUA, Scene


def test_a_site_told_twice_is_changed(scene: Scene) -> None:
    first = scene.site("KS01", KIM_SON)
    again = sites.upsert_site(
        scene.session, code="KS01", name="Trạm y tế Kim Sơn", area=scene.area(TUA_CHUA), kind="hospital"
    )
    assert again is first
    assert (again.name, again.area.code, again.kind) == ("Trạm y tế Kim Sơn", TUA_CHUA, "hospital")


def test_sites_by_area(scene: Scene) -> None:
    here, there = scene.site("KS01", KIM_SON), scene.site("TC01", TUA_CHUA)
    assert sites.list_sites(scene.session) == [here, there]
    assert sites.list_sites(scene.session, area=scene.area("37")) == [here]


def test_an_unknown_site(scene: Scene) -> None:
    assert sites.find_site(scene.session, "X") is None
    with pytest.raises(InputError) as told:
        sites.require_site(scene.session, "X")
    assert told.value.reason is Refusal.UNKNOWN_SITE


def test_a_campaign_is_made_once(scene: Scene) -> None:
    assert sites.campaign_named(scene.session, "Chiến dịch 2026") is sites.campaign_named(
        scene.session, "Chiến dịch 2026"
    )
