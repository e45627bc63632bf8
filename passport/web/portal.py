"""The citizen's page: five values, a one-time code, then the doses with who must act and the certificates.

Until the code is entered every answer is the same for everybody. Addresses hold no personal data, and the session
only the id of the code, which the database can end for every copy of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from passport.demo import citizens
from passport.house import clock, current_house
from passport.issuing import holder
from passport.issuing.cards import offers_cards, smart_card
from passport.registry.codes import DIGITS
from passport.registry.tables import Certificate
from passport.rendering import paper as texts
from passport.rendering.card import certificate_png
from passport.rendering.document import certificate_pdf, folded_pdf
from passport.rendering.paper import Paper
from passport.rendering.qr import qr_png, qr_svg
from passport.tasks.queue import current_queue
from passport.web import access
from passport.web.language import gettext as _
from passport.web.language import ngettext
from passport.web.limits import LIMITER
from passport.web.portal_form import read_five_values

BLUEPRINT = Blueprint("portal", __name__, url_prefix="/certificate")
access.declare(BLUEPRINT, access.Audience.PUBLIC)

# Per address; generous, since a whole mobile network may share one. The codes have limits for each person.
ASK_LIMIT = "30 per minute"
FILE_LIMIT = "120 per minute"
IDLE = timedelta(minutes=15)  # threat list of the service, T18
CODES_A_VISIT = 3  # as many as go to one recipient within an hour
# What is made of a certificate, its type, and the name under which it is kept; the SVG is only looked at.
_FILES: Mapping[str, tuple[Callable[[Paper], bytes | str], str, str | None]] = {
    "pdf": (certificate_pdf, "application/pdf", "chung-nhan.pdf"),
    "folded": (folded_pdf, "application/pdf", "chung-nhan-gap.pdf"),
    "png": (certificate_png, "image/png", "chung-nhan.png"),
    "qr": (lambda paper: qr_png(paper.code), "image/png", "chung-nhan-qr.png"),
    "svg": (lambda paper: qr_svg(paper.code), "image/svg+xml", None),
}
_BEFORE_THE_CODE = {"portal.details", "portal.code", "portal.send_again"}
_VISIT = "citizen"  # in the session: {"code": its id, "sent": how many}, and "seen" once the code was entered


@BLUEPRINT.before_request
def _holders_only() -> ResponseReturnValue | None:
    """Lets nobody past the first two steps whose code was not entered, or not used for a quarter of an hour."""
    if request.endpoint in _BEFORE_THE_CODE:
        return None
    visit, now = session.get(_VISIT, {}), clock()
    if "seen" in visit and now < datetime.fromisoformat(visit["seen"]) + IDLE:
        with current_house().database.reading() as reading:
            g.person_id = holder.opened_by(reading, code_id=visit["code"], now=now)
        if g.person_id:
            session[_VISIT] = visit | {"seen": now.isoformat()}
            today = current_house().today(now)
            holder.keep_looks(
                current_house().database, code_id=visit["code"], guardian_id=g.person_id, on=today, now=now
            )
            return None
    session.pop(_VISIT, None)
    flash(_("Phiên làm việc đã kết thúc. Hãy nhập lại thông tin."))
    return redirect(url_for("portal.details"), 303)


@BLUEPRINT.route("", methods=["GET", "POST"])
@LIMITER.limit(ASK_LIMIT, methods=["POST"])
def details() -> ResponseReturnValue:
    """Step 1: the five values. The answer does not tell whether they are anybody's."""
    house, now = current_house(), clock()
    if request.method == "GET":
        return _details(_sample(request.args.get("sample", 0, int)))
    told = read_five_values(request.form, today=house.today(now))
    if isinstance(told, dict):
        return _details(request.form, errors=told)
    code_id = holder.ask(house.database, told=told, pepper=pepper(), gateways=house.gateways, now=now)
    current_queue().put_messages()
    session[_VISIT] = {"code": code_id, "sent": 1}
    return redirect(url_for("portal.code"), 303)


@BLUEPRINT.route("/code", methods=["GET", "POST"])
@LIMITER.limit(ASK_LIMIT, methods=["POST"])
def code() -> ResponseReturnValue:
    """Step 2: the code; a right one opens the record to this session alone."""
    visit = session.get(_VISIT)
    if visit is None:
        return redirect(url_for("portal.details"), 303)
    if request.method == "GET":
        return _code_page(visit)
    typed = typed_code()
    if typed is None:
        return _code_page(visit, error=_("Nhập mã gồm 6 chữ số."))
    now = clock()
    tried = holder.enter(current_house().database, code_id=visit["code"], code=typed, pepper=pepper(), now=now)
    if not tried.opened:
        return _code_page(visit, error=wrong_code(tried.tries_left))
    session[_VISIT] = visit | {"seen": now.isoformat()}
    return redirect(url_for("portal.record"), 303)


@BLUEPRINT.post("/code/again")
@LIMITER.limit(ASK_LIMIT)
def send_again() -> ResponseReturnValue:
    """Another code in place of the first, a few times a visit."""
    visit, house = session.get(_VISIT), current_house()
    if visit is not None and visit["sent"] < CODES_A_VISIT:
        code_id = holder.ask_again(
            house.database,
            code_id=visit["code"],
            pepper=pepper(),
            gateways=house.gateways,
            now=clock(),
        )
        current_queue().put_messages()
        session[_VISIT] = {"code": code_id, "sent": visit["sent"] + 1}
        flash(_("Nếu thông tin khớp, mã mới đã được gửi; mã cũ không còn hiệu lực."))
    return redirect(url_for("portal.code"), 303)


@BLUEPRINT.get("/record")
def record() -> str:
    """Step 3: the certificates in force, and each dose with what it waits for; of the children too."""
    house, now = current_house(), clock()
    with house.database.reading() as reading:
        family = holder.family_of(reading, person_id=g.person_id, on=house.today(now))
        records = [holder.record_of(reading, person_id=person.id, zone=house.settings.timezone) for person in family]
        papers = {one.id: house.paper(one) for found in records for one in found.certificates}
        return render_template(
            "portal/record.html",
            records=records,
            papers=papers,
            texts=texts,
            now=now,
            offers_cards=offers_cards(house.settings.base_url),
        )


@BLUEPRINT.get("/record/<certificate_id>")
def full(certificate_id: str) -> str:
    """The QR symbol as large as the screen."""
    with current_house().database.reading() as reading:
        certificate = own_certificate(reading, certificate_id)
        paper = current_house().paper(certificate)
    return render_template("portal/full.html", certificate=certificate, paper=paper, texts=texts)


@BLUEPRINT.get("/record/<certificate_id>/<any('pdf', 'folded', 'png', 'qr', 'svg'):form>")
@LIMITER.limit(FILE_LIMIT)
def file(certificate_id: str, form: str) -> Response:
    """A certificate as paper, as card, or its QR symbol alone; the symbol to look at is an SVG."""
    with current_house().database.reading() as reading:
        paper = current_house().paper(own_certificate(reading, certificate_id))
    render, content_type, name = _FILES[form]
    return _kept(render(paper), content_type=content_type, name=name)


@BLUEPRINT.get("/record/<certificate_id>/card")
@LIMITER.limit(FILE_LIMIT)
def card(certificate_id: str) -> Response:
    """A certificate as a SMART Health Card for wallets."""
    house, now = current_house(), clock()
    with house.database.reading() as reading:
        certificate = own_certificate(reading, certificate_id)
        made = smart_card(certificate, base_url=house.settings.base_url, issuer=house.issuer(now=now), now=now)
    return _kept(made, content_type="application/smart-health-card", name="chung-nhan.smart-health-card")


def own_certificate(reading: Session, certificate_id: str) -> Certificate:
    """A certificate that this visitor may see; raises InputError (unknown_certificate) for every other."""
    today = current_house().today(clock())
    return holder.own_certificate(reading, person_id=g.person_id, certificate_id=certificate_id, on=today)


def _kept(data: bytes | str, *, content_type: str, name: str | None) -> Response:
    answer = Response(data, content_type=content_type)
    if name:
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@BLUEPRINT.post("/leave")
def leave() -> ResponseReturnValue:
    """Ends the visit, here and for every copy of the session."""
    holder.close(current_house().database, code_id=session.pop(_VISIT)["code"])
    flash(_("Đã thoát."))
    return redirect(url_for("portal.details"), 303)


def _details(form: Mapping[str, object], *, errors: Mapping[str, str] | None = None) -> str:
    return render_template("portal/details.html", form=form, errors=errors or {}, samples=_samples())


def _samples() -> tuple[citizens.SampleCitizen, ...]:
    settings = current_house().settings
    return () if settings.production else citizens.load(settings.instance_dir)


def _sample(number: int) -> dict[str, object]:
    samples = _samples()
    return asdict(samples[number - 1]) if 0 < number <= len(samples) else {}


def _code_page(visit: Mapping[str, Any], *, error: str | None = None) -> str:
    errors = {"code": error} if error else {}
    return render_template("portal/code.html", errors=errors, again=visit["sent"] < CODES_A_VISIT)


def typed_code() -> str | None:
    """The code as it was typed, spaces aside; None for what can be none."""
    typed = "".join(unicodedata.normalize("NFKC", request.form.get("code", "")).split())
    return typed if typed.isascii() and typed.isdigit() and len(typed) == DIGITS else None


def wrong_code(tries_left: int) -> str:
    """What is said of a code that does not open, in the language of the request."""
    return ngettext("Mã không đúng hoặc đã hết hiệu lực. Còn %(num)s lần nhập.", tries_left)


def pepper() -> bytes:
    """What the hashes of codes are made with."""
    secret: str = current_app.config["CODE_PEPPER"]
    return secret.encode()
