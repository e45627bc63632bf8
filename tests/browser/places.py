"""The main pages, by who may open them."""

from __future__ import annotations

from sqlalchemy import select

from passport.demo import accounts
from passport.demo.accounts import SampleAccount
from passport.registry.tables import Batch, Certificate, Import, Person
from tests.installed import Site

PUBLIC = (
    "/", "/verify", "/verify/setup", "/certificate", "/certificate/report", "/certificate/report/follow", "/agency",
    "/agency/try", "/staff/login", "/api/docs", "/demo", "/privacy", "/security", "/nowhere",
)  # fmt: skip


def staff_pages(site: Site) -> dict[SampleAccount, list[str]]:
    """Each page of the staff once, with somebody who may open it."""
    with site.house.database.reading() as session:
        somebody = session.scalars(select(Person.id).join(Person.certificates)).first()
        paper = session.scalars(select(Certificate.id).where(Certificate.state == "issued")).first()
        batch = session.scalars(select(Batch.id)).first()
        brought = session.scalars(select(Import.id).where(Import.kind == "vaccination")).first()
    return {
        accounts.NURSE: ["/staff/", "/staff/lists", "/staff/jobs", "/staff/reception", "/staff/people?name=a"],
        accounts.IDENTITY: [
            "/staff/cleaning", "/staff/cleaning/duplicates", "/staff/cleaning/hand-over",
            f"/staff/cleaning/{somebody}", f"/staff/people/{somebody}",
        ],
        accounts.HEAD: ["/staff/confirm", f"/staff/lists/{brought}"],
        accounts.ISSUER: ["/staff/batches", "/staff/batches/outlook?area=03217", f"/staff/batches/{batch}"],
        accounts.APPROVER: [f"/staff/certificates/{paper}"],
        accounts.INSPECTOR: [
            "/staff/coverage", "/staff/coverage?area=37", "/staff/coverage/progress", "/staff/coverage/due",
            "/staff/coverage/reports",
        ],
        accounts.CHECKPOINT_HEAD: ["/staff/checkpoint"],
        accounts.AUDITOR: ["/staff/audit", "/staff/keys"],
        accounts.ADMINISTRATOR: ["/staff/accounts", "/staff/accounts/1"],
    }  # fmt: skip
