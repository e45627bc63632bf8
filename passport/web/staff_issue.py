"""Staff: batches are proposed, viewed and approved; certificates are shown, corrected and revoked."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user

from passport.errors import Refusal, sentence
from passport.house import clock, current_house
from passport.issuing.batch import PROPOSERS, approve, outlook, propose
from passport.issuing.revoke import revoke
from passport.issuing.viewing import require_viewed, view_batch
from passport.registry import certificates
from passport.registry.accounts import require_role
from passport.registry.areas import require_area
from passport.registry.batches import list_batches, proposable, require_batch
from passport.registry.left_out import Why, left_out
from passport.registry.sites import list_sites
from passport.rendering.document import certificate_pdf
from passport.rendering.qr import qr_svg
from passport.web.language import told
from passport.web.staff import BLUEPRINT, READS_PEOPLE, account, areas_of, remember_opened
from passport.web.staff_roles import SEES_BATCHES, may

BATCHES_SHOWN = 50
MEMBERS_SHOWN = 200


@BLUEPRINT.get("/batches")
def batches() -> str:
    """Batches of the account's areas, and how many doses could be proposed now."""
    with current_house().database.reading() as session:
        who = account(session)
        areas = areas_of(who, SEES_BATCHES)
        found = [b for area in areas for b in list_batches(session, area=area, limit=BATCHES_SHOWN)]
        places = {site.area.code: site.area for area in areas for site in list_sites(session, area=area)}
        ready = [(place, len(proposable(session, area=place))) for _code, place in sorted(places.items())]
        return render_template("staff/batches.html", found=found, ready=ready)


@BLUEPRINT.get("/batches/outlook")
def batch_outlook() -> str:
    """What a proposal of an area would hold, and why others are left out, before it is made."""
    house = current_house()
    with house.database.reading() as session:
        who = account(session)
        area = require_area(session, request.args.get("area", ""), on=house.today(clock()))
        require_role(session, who, PROPOSERS, area)
        return render_template(
            "staff/outlook.html",
            area=area,
            outlook=outlook(session, area=area, by=who),
            left_out=left_out(session, area=area),
            why=Why,
            unfit_words=lambda reason: told(sentence(Refusal(reason))),
        )


@BLUEPRINT.post("/batches")
def propose_batch() -> ResponseReturnValue:
    """Proposes everybody in an area who is ready."""
    house, now = current_house(), clock()
    proposed = propose(
        house.database,
        area_code=request.form.get("area", ""),
        by=current_user.email,
        now=now,
        today=house.today(now),
    )
    return redirect(url_for("staff.batch", batch_id=proposed.batch_id))


@BLUEPRINT.get("/batches/<int(max=2147483647):batch_id>")
def batch(batch_id: int) -> str:
    """Who is in a batch and what became of each; whoever may approve it looks at what was drawn for them."""
    house, now = current_house(), clock()
    settings = house.settings
    with house.database.reading() as session:
        require_role(session, account(session), SEES_BATCHES, require_batch(session, batch_id).area)
    previews = view_batch(
        house.database,
        batch_id=batch_id,
        by=current_user.email,
        now=now,
        issuer_country=settings.issuer_country,
        issuer_name=settings.issuer_name,
    )
    with house.database.reading() as session:
        found = require_batch(session, batch_id)
        members = [(member, certificates.current_for(session, member.dose)) for member in found.members[:MEMBERS_SHOWN]]
        return render_template(
            "staff/batch.html",
            batch=found,
            members=members,
            total=len(found.members),
            previews=previews,
            goes_on=found.state == "approved" and may("approve_batch"),
            unfit_words=lambda reason: told(sentence(Refusal(reason))),
        )


@BLUEPRINT.post("/batches/<int(max=2147483647):batch_id>/approve")
def approve_batch(batch_id: int) -> ResponseReturnValue:
    """Approves a proposal of somebody else; every certificate is signed at once."""
    house, now = current_house(), clock()
    require_viewed(house.database, batch_id=batch_id, by=current_user.email)
    done = approve(house.database, batch_id=batch_id, by=current_user.email, now=now, issuer=house.issuer(now=now))
    flash(ngettext("Đã cấp %(num)s chứng nhận.", "Đã cấp %(num)s chứng nhận.", done.issued), "success")
    return redirect(url_for("staff.batch", batch_id=batch_id))


@BLUEPRINT.get("/certificates/<certificate_id>")
def certificate(certificate_id: str) -> str:
    """One certificate: its code, its paper, its state."""
    with current_house().database.reading() as session:
        found = certificates.find_certificate(session, certificate_id)
        require_role(session, account(session), READS_PEOPLE, found.dose.site.area)
        page = render_template("staff/certificate.html", certificate=found)
    remember_opened([found.person_id], purpose="certificate")
    return page


@BLUEPRINT.get("/certificates/<certificate_id>/<any('pdf', 'svg'):form>")
def certificate_file(certificate_id: str, form: str) -> Response:
    """The paper or the QR of a certificate."""
    house = current_house()
    with house.database.reading() as session:
        found = certificates.find_certificate(session, certificate_id)
        require_role(session, account(session), READS_PEOPLE, found.dose.site.area)
        if form == "svg":
            return Response(qr_svg(found.text or ""), content_type="image/svg+xml")
        paper = house.paper(found)
    remember_opened([found.person_id], purpose="certificate")
    return Response(certificate_pdf(paper), content_type="application/pdf")


@BLUEPRINT.post("/certificates/<certificate_id>/revoke")
def revoke_certificate(certificate_id: str) -> ResponseReturnValue:
    """Ends a certificate."""
    house = current_house()
    revoke(
        house.database,
        certificate_id=certificate_id,
        reason=request.form.get("reason", ""),
        by=current_user.email,
        now=clock(),
        keys_dir=house.settings.keys_dir,
    )
    flash(_("Đã thu hồi chứng nhận."), "success")
    return redirect(url_for("staff.certificate", certificate_id=certificate_id))
