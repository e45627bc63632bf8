"""A house that issues: a real database, real keys, staff with roles, and invented people with doses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState, Sex
from passport.issuing.batch import Run, approve, propose
from passport.issuing.issuer import Issuer
from passport.registry import accounts, areas, batches, doses, people, sites
from passport.registry.db import Database
from passport.registry.tables import Certificate, Dose, Person
from passport.trust.signers import active_signer, create_signer
from passport.verifying.context import Context, ContextSource

KIM_SON, TUA_CHUA = "14638", "03217"
NURSE, HEAD, PROPOSER, APPROVER, OFFICER = (
    f"{name}@example.vn" for name in ("nurse", "head", "proposer", "approver", "officer")
)
_ROLES = {
    NURSE: "registrar",
    HEAD: "confirmer",
    PROPOSER: "issuer",
    APPROVER: "approver",
    OFFICER: "identity_officer",
}
PASSPHRASE = b"of a test"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def _context(keys_dir: Path) -> Context:
    source = ContextSource(
        keys_dir=keys_dir,
        zone=ZONE,
        trust_max_age=timedelta(days=14),
        revocation_max_age=timedelta(days=14),
        icvp_claim=-6,
        production=False,
    )
    return source.current()


def make_issuer(keys_dir: Path, *, now: datetime) -> Issuer:
    """The issuer whose keys lie in a folder."""
    return Issuer(
        country="VN",
        name="Bộ Y tế (Ministry of Health)",
        signer=active_signer(keys_dir, passphrase=PASSPHRASE, now=now, production=False),
        context=_context(keys_dir),
        keys_dir=keys_dir,
    )


@dataclass
class Office:
    """The house of a test, and the acts that every test needs."""

    database: Database
    keys_dir: Path
    now: datetime
    today: date
    signatures: int = 0

    def context(self) -> Context:
        return _context(self.keys_dir)

    def issuer(self, *, now: datetime | None = None) -> Issuer:
        """The issuer of this moment, every signature counted."""
        issuer = make_issuer(self.keys_dir, now=now or self.now)

        def counted(data: bytes) -> bytes:
            self.signatures += 1
            return issuer.signer.sign(data)

        return replace(issuer, signer=replace(issuer.signer, sign=counted))

    def person(self, **told: object) -> str:
        values: dict[str, object] = {
            "full_name": "Trần Thị Mơ",
            "born": PartialDate(1990, 1, 2),
            "sex": Sex.FEMALE,
            "id_number": "037190000001",
            "state": IdentityState.VERIFIED,
            "phone": "0912345678",
        }
        with self.database.transaction() as session:
            return people.add_person(session, at=self.now, **(values | told)).id  # type: ignore[arg-type]

    def dose(self, person_id: str, *, confirmed: bool = True, site: str = "KS-01", **told: object) -> str:
        values: dict[str, object] = {
            "product": "pfizer",
            "number": 1,
            "kind": DoseKind.PRIMARY,
            "given_on": self.today - timedelta(days=60),
            "lot": "FA1234",
            "held": False,
            "by": NURSE,
        } | told
        with self.database.transaction() as session:
            values["by"] = accounts.find_account(session, str(values["by"]))
            dose = doses.add_dose(
                session,
                person=people.require_person(session, person_id),
                site=sites.require_site(session, site),
                at=self.now,
                **values,  # type: ignore[arg-type]
            )
            if confirmed:
                doses.confirm(session, doses=[dose], by=accounts.find_account(session, HEAD), at=self.now)
            return dose.id

    def approved(self, *, area: str = KIM_SON) -> int:
        """A batch of everything that is ready, approved but not issued."""
        batch_id = propose(self.database, area_code=area, by=PROPOSER, now=self.now, today=self.today).batch_id
        with self.database.transaction() as session:
            batch = batches.require_batch(session, batch_id)
            batches.approve(session, batch=batch, by=accounts.find_account(session, APPROVER), at=self.now)
        return batch_id

    def issue_all(self, *, area: str = KIM_SON) -> Run:
        batch_id = propose(self.database, area_code=area, by=PROPOSER, now=self.now, today=self.today).batch_id
        return approve(self.database, batch_id=batch_id, by=APPROVER, now=self.now, issuer=self.issuer())

    def set_person(self, person_id: str, **values: object) -> None:
        """Changes a record behind everybody's back."""
        with self.database.transaction() as session:
            for name, value in values.items():
                setattr(session.get_one(Person, person_id), name, value)

    def set_dose(self, dose_id: str, **values: object) -> None:
        """Changes a record behind everybody's back."""
        with self.database.transaction() as session:
            for name, value in values.items():
                setattr(session.get_one(Dose, dose_id), name, value)

    def certificates(self, *, state: str | None = None) -> list[Certificate]:
        with self.database.reading() as session:
            query = select(Certificate).order_by(Certificate.issued_at, Certificate.id)
            return list(session.scalars(query if state is None else query.where(Certificate.state == state)))


def _make_signer(keys_dir: Path, *, now: datetime) -> None:
    create_signer(
        keys_dir,
        country="VN",
        issuer_name="Bộ Y tế (Ministry of Health)",
        passphrase=PASSPHRASE,
        now=now,
        test=True,
        valid_from=now - timedelta(days=800),
        life=timedelta(days=1300),
    )


@pytest.fixture
def signing(tmp_path: Path, now: datetime) -> Issuer:
    """An issuer with real keys, for tests that need no database."""
    _make_signer(tmp_path / "keys", now=now)
    return make_issuer(tmp_path / "keys", now=now)


def open_office(database: Database, keys_dir: Path, *, now: datetime, today: date) -> Office:
    """A house with one site, its staff and an active signer that began two years ago."""
    _make_signer(keys_dir, now=now)
    with database.transaction() as session:
        area = areas.require_area(session, KIM_SON, on=today)
        sites.upsert_site(session, code="KS-01", name="Trạm y tế Kim Sơn", area=area, kind="station")
        for email, role in _ROLES.items():
            account = accounts.create_account(session, email=email, name=email, password_hash=None)
            accounts.grant_role(session, account=account, role=role, area=None)
    return Office(database, keys_dir, now, today)


@pytest.fixture
def office(database: Database, tmp_path: Path, now: datetime, today: date) -> Office:
    """The house of a test."""
    return open_office(database, tmp_path / "keys", now=now, today=today)
