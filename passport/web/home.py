"""The first page with its four doors, and what the service promises."""

from __future__ import annotations

from flask import Blueprint, render_template

from passport.web import access

BLUEPRINT = Blueprint("home", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)


@BLUEPRINT.get("/")
def doors() -> str:
    """Four doors: get, check, agencies, staff."""
    return render_template("home/doors.html")


@BLUEPRINT.get("/privacy")
def privacy() -> str:
    """What is kept of whom, and what is not."""
    return render_template("home/privacy.html")


@BLUEPRINT.get("/security")
def security() -> str:
    """How to report a weakness."""
    return render_template("home/security.html")
