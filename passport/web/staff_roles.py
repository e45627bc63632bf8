"""Which pages and acts of the staff each role may use: one table, denied by default.

The table says who may open a page at all. In which area is asked by each page and act itself, and by the jobs
beneath, which other faces call as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import g, request

from passport.errors import Refusal, Refused
from passport.house import current_house
from passport.intake.answering import ANSWERERS
from passport.intake.cleaning import DOSE_ROLES, IDENTITY_ROLES
from passport.intake.confirming import ROLES as CONFIRMERS
from passport.intake.coverage import FREEZES
from passport.intake.hand_over import EXPORTERS
from passport.intake.importing import ROLES as IMPORTERS
from passport.issuing.batch import APPROVERS, PROPOSERS
from passport.issuing.revoke import REPLACERS, REVOKERS
from passport.registry.accounts import ROLES
from passport.registry.staffing import ADMINISTRATORS
from passport.web.staff import BLUEPRINT, READS_PEOPLE, SEES_COVERAGE, account

PROVIDERS = IMPORTERS["attendance"]
SEES_LISTS = (*READS_PEOPLE, *PROVIDERS)
RECEIVES = ("registrar", "confirmer", "identity_officer")
SEES_BATCHES = ("issuer", "approver", "inspector", "auditor")
CHECKPOINT = ("checkpoint_head",)
SEES_KEYS = ("administrator", "auditor", "inspector", *CHECKPOINT)
AUDITORS = ("auditor",)
CLEANERS = (*IDENTITY_ROLES, *DOSE_ROLES)

MAY_USE: Mapping[str, tuple[str, ...]] = {
    "desk": ROLES,
    # lists and jobs
    "lists": SEES_LISTS,
    "empty_list": PROVIDERS,
    "list_report": READS_PEOPLE,
    "list_sheet": READS_PEOPLE,
    "provider": SEES_LISTS,
    "repair": IMPORTERS["vaccination"],
    "withdraw": PROVIDERS,
    "reconciliation": READS_PEOPLE,
    "reconciliation_file": READS_PEOPLE,
    "job_list": SEES_LISTS,
    "job": SEES_LISTS,
    "cancel_job": PROVIDERS,
    "check_population": CLEANERS,
    "confirm": CONFIRMERS,
    # the desk and people
    "reception": RECEIVES,
    "dose_form": IMPORTERS["vaccination"],
    "enter": IMPORTERS["vaccination"],
    "find_people": READS_PEOPLE,
    "person": READS_PEOPLE,
    "correct": CLEANERS,
    "sight": IDENTITY_ROLES,
    "reissue": REPLACERS,
    "guardians": CLEANERS,
    "link": CLEANERS,
    "unlink": CLEANERS,
    # cleaning
    "cleaning_queue": READS_PEOPLE,
    "cleaning_case": READS_PEOPLE,
    "duplicate_records": READS_PEOPLE,
    "ask": IDENTITY_ROLES,
    "give_back": CLEANERS,
    "merge": CLEANERS,
    "merge_dose_records": DOSE_ROLES,
    "split": CLEANERS,
    "undo": CLEANERS,
    "take_correction_back": CLEANERS,
    "hand_over": EXPORTERS,
    "handed_back": IDENTITY_ROLES,
    "citizen_report": READS_PEOPLE,
    "report_picture": CLEANERS,
    "answer": tuple({role for roles in ANSWERERS.values() for role in roles}),
    # certificates
    "batches": SEES_BATCHES,
    "batch": SEES_BATCHES,
    "batch_outlook": PROPOSERS,
    "propose_batch": PROPOSERS,
    "approve_batch": APPROVERS,
    "certificate": READS_PEOPLE,
    "certificate_file": READS_PEOPLE,
    "revoke_certificate": REVOKERS,
    # figures
    "coverage_page": SEES_COVERAGE,
    "coverage_progress": SEES_COVERAGE,
    "coverage_due": READS_PEOPLE,
    "coverage_due_sheet": READS_PEOPLE,
    "coverage_file": SEES_COVERAGE,
    "coverage_reports": SEES_COVERAGE,
    "freeze_coverage": FREEZES,
    "frozen_file": SEES_COVERAGE,
    # the house itself
    "keys": SEES_KEYS,
    "checkpoint": CHECKPOINT,
    "audit_trail": AUDITORS,
    "check_trail": AUDITORS,
    "accounts": ADMINISTRATORS,
    "invite": ADMINISTRATORS,
    "account_page": ADMINISTRATORS,
    "new_link": ADMINISTRATORS,
    "grant": ADMINISTRATORS,
    "take_grant": ADMINISTRATORS,
    "set_active": ADMINISTRATORS,
    "decide_request": ADMINISTRATORS,
}


def may(page: str) -> bool:
    """Whether the signed-in member of staff holds a role that may use `page` in some area."""
    return not _held().isdisjoint(MAY_USE.get(page, ()))


@BLUEPRINT.before_request
def _check() -> None:
    page = (request.endpoint or "").removeprefix(f"{BLUEPRINT.name}.")
    if not may(page):
        raise Refused(Refusal.NOT_PERMITTED, ", ".join(MAY_USE.get(page, ())))


@BLUEPRINT.context_processor
def _for_templates() -> dict[str, object]:
    return {"may": may}


def _held() -> set[str]:
    """The roles of whoever is signed in, asked once for each request."""
    if "staff_roles" not in g:
        with current_house().database.reading() as session:
            g.staff_roles = {grant.role for grant in account(session).grants}
    roles: set[str] = g.staff_roles
    return roles
