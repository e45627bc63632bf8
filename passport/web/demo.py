"""The samples to try, beside quick logins and the outbox: development and loopback only."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user

from passport.demo import samples
from passport.demo.accounts import ACCOUNTS
from passport.demo.samples import Sample
from passport.house import clock, current_house
from passport.issuing.papers import paper_of
from passport.registry.certificates import find_certificate
from passport.registry.messages import outbox
from passport.rendering.document import certificate_pdf
from passport.rendering.qr import qr_svg
from passport.verifying.saying import HEADINGS
from passport.web import access, scanner

BLUEPRINT = Blueprint("demo", __name__, url_prefix="/demo")
access.declare(BLUEPRINT, access.Audience.DEVELOPMENT)


@BLUEPRINT.get("")
def board() -> str:
    """Ten cards, a login for each role, the messages that would have gone out, a line for programs."""
    cards = _cards()
    today = current_house().today(clock()).isoformat()
    with current_house().database.reading() as session:
        messages = outbox(session)
    return render_template(
        "demo/board.html",
        cards=cards.values(),
        terms={number: _terms(sample).told(today=today) for number, sample in cards.items()},
        headings=HEADINGS,
        accounts=ACCOUNTS,
        messages=messages,
        curl=_curl(cards[1]) if 1 in cards else None,
    )


@BLUEPRINT.get("/<int:card>.svg")
def symbol(card: int) -> Response:
    """The QR symbol of a card."""
    return Response(qr_svg(_card(card).credential), mimetype="image/svg+xml")


@BLUEPRINT.post("/<int:card>/check")
def check(card: int) -> str:
    """The result of a card under its own terms, lists as old as it asks for included."""
    sample = _card(card)
    verdict = sample.verdict(context=current_house().context, now=clock())
    return scanner.show(verdict, terms=_terms(sample))


@BLUEPRINT.get("/<int:card>.pdf")
def paper(card: int) -> Response:
    """The paper of a card that was issued here."""
    house, sample = current_house(), _card(card)
    if sample.certificate_id is None:
        abort(404)
    address = f"{house.settings.base_url}/verify"
    with house.database.reading() as session:
        certificate = find_certificate(session, sample.certificate_id)
        pages = paper_of(certificate, context=house.context, address=address, zone=house.settings.timezone)
    return Response(certificate_pdf(pages), mimetype="application/pdf")


@BLUEPRINT.post("/login")
def login() -> ResponseReturnValue:
    """Signs in as a member of the invented staff, without password."""
    email = request.form.get("email", "")
    if email not in {account.email for account in ACCOUNTS}:
        abort(404)
    user = current_app.extensions["security"].datastore.find_user(email=email)
    if user is None:
        abort(404)
    login_user(user)
    return redirect(url_for("staff.desk"))


def _curl(sample: Sample) -> str:
    address, body = f"{request.host_url}api/v1/verifications", json.dumps(sample.request(), ensure_ascii=False)
    return f"curl -s {address} -H 'Content-Type: application/json' -d '{body}'"


def _terms(sample: Sample) -> scanner.Terms:
    return scanner.Terms(policy=sample.policy, country=sample.country, on=sample.at and sample.at[:10])


def _cards() -> dict[int, Sample]:
    known = samples.load(current_house().settings.instance_dir)
    return {sample.card: sample for sample in sorted(known, key=lambda s: s.card or 0) if sample.card}


def _card(number: int) -> Sample:
    return _cards().get(number) or abort(404)
