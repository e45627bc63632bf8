"""The faces: one blueprint an audience, all listed here."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from flask import Blueprint

# The staff's routes are spread over several modules of one blueprint.
_MODULES = (
    "home",
    "published",
    "scanner",
    "scanner_kept",
    "scanner_setup",
    "portal",
    "portal_report",
    "portal_own",
    "portal_children",
    "agency",
    "agency_desk",
    "agency_try",
    "agency_own",
    "agency_group",
    "agency_list",
    "docs",
    "staff",
    "staff_roles",
    "staff_accounts",
    "staff_audit",
    "staff_keys",
    "welcome",
    "staff_lists",
    "staff_jobs",
    "staff_reconciling",
    "staff_issue",
    "staff_people",
    "staff_guardians",
    "staff_cleaning",
    "staff_merging",
    "staff_hand_over",
    "staff_coverage",
    "staff_reception",
    "staff_entering",
    "records",
    "imports_api",
    "coverage_api",
    "demo",
    "population_standin",
)

BLUEPRINTS: tuple[Blueprint, ...] = tuple(
    dict.fromkeys(
        importlib.import_module(f"{__name__}.{name}").BLUEPRINT for name in _MODULES if find_spec(f"{__name__}.{name}")
    )
)
