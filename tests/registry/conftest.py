"""A small registry: two sites in Kim Sơn and Tủa Chùa, staff, and invented people with doses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState, Sex
from passport.registry import accounts, areas, doses, people, sites
from passport.registry.accounts import Account
from passport.registry.db import Database
from passport.registry.tables import Area, Certificate, Dose, Person, Site

KIM_SON, TUA_CHUA = "14638", "03217"


@dataclass
class Scene:
    """Puts invented records into one session."""

    session: Session
    now: datetime
    today: date
    _made: dict[str, Account] = field(default_factory=dict)

    def area(self, code: str = KIM_SON) -> Area:
        return areas.require_area(self.session, code, on=self.today)

    def site(self, code: str = "KS01", area: str = KIM_SON) -> Site:
        return sites.find_site(self.session, code) or sites.upsert_site(
            self.session, code=code, name=f"Trạm y tế {code}", area=self.area(area), kind="station"
        )

    def account(self, name: str) -> Account:
        if name not in self._made:
            self._made[name] = accounts.create_account(
                self.session, email=f"{name}@example.vn", name=name, password_hash=None
            )
        return self._made[name]

    def person(self, name: str = "Trần Thị Mơ", **told: object) -> Person:
        values: dict[str, object] = {
            "born": PartialDate(1990, 1, 2),
            "sex": Sex.FEMALE,
            "id_number": "037190000001",
            "state": IdentityState.VERIFIED,
        }
        return people.add_person(self.session, full_name=name, at=self.now, **(values | told))  # type: ignore[arg-type]

    def dose(self, person: Person, **told: object) -> Dose:
        values: dict[str, object] = {
            "site": self.site(),
            "product": "comirnaty",
            "number": 1,
            "kind": DoseKind.PRIMARY,
            "given_on": date(2026, 1, 5),
            "lot": "FA1234",
            "held": False,
            "by": self.account("nurse"),
        }
        return doses.add_dose(self.session, person=person, at=self.now, **(values | told))  # type: ignore[arg-type]

    def confirmed(self, person: Person, **told: object) -> Dose:
        dose = self.dose(person, **told)
        doses.confirm(self.session, doses=[dose], by=self.account("head"), at=self.now)
        return dose

    def issued(self, dose: Dose, identifier: str = "URN:UVCI:01:VN:A#1") -> Certificate:
        certificate = Certificate(
            identifier=identifier,
            person=dose.person,
            dose=dose,
            state="issued",
            text="HC1:…",
            key_id="00",
            issued_by_id=self.account("issuer").id,
            issued_at=self.now,
            expires_at=self.now.replace(year=self.now.year + 1),
        )
        self.session.add(certificate)
        self.session.flush()
        return certificate


@pytest.fixture
def scene(database: Database, now: datetime, today: date) -> Iterator[Scene]:
    """A scene in one transaction."""
    with database.transaction() as session:
        yield Scene(session, now, today)
