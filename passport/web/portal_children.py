"""The citizen's page: a guardian asks to see a child's record; the population register says whether they may."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from passport.house import clock, current_house
from passport.intake.guardianship import Linking, link_by_register
from passport.registry.guardians import OF_AGE
from passport.web.language import gettext as _
from passport.web.limits import LIMITER
from passport.web.portal import BLUEPRINT
from passport.web.portal_form import read_child

CHILD_LIMIT = "30 per minute"  # per address; each guardian has a limit of their own


@BLUEPRINT.route("/record/child", methods=["GET", "POST"])
@LIMITER.limit(CHILD_LIMIT, methods=["POST"])
def child() -> ResponseReturnValue:
    """Three values of a child; that one is not on record is not told from a guardian who is none."""
    house, now = current_house(), clock()
    if request.method == "GET":
        return _page({})
    read = read_child(request.form, today=house.today(now))
    if isinstance(read, dict):
        return _page(read)
    came = link_by_register(
        house.database,
        service=house.population,
        guardian_id=g.person_id,
        child=read,
        now=now,
        today=house.today(now),
    )
    if came is not Linking.LINKED:
        return _page({"id_number": _words(came)})
    flash(_("Đã thêm trẻ em do bạn giám hộ."))
    return redirect(url_for("portal.record"), 303)


def _words(came: Linking) -> str:
    words = {
        Linking.NOT_LINKED: _(
            "Chưa thêm được. Kiểm tra số định danh, họ tên và ngày sinh của trẻ; nếu đã đúng, hãy mang giấy khai sinh "
            "đến trạm y tế gần nhất."
        ),
        Linking.AWAY: _("Cơ sở dữ liệu quốc gia về dân cư tạm thời chưa phản hồi. Hãy thử lại sau ít phút."),
        Linking.DESK: _(
            "Không tra cứu được quan hệ giám hộ của bạn trong Cơ sở dữ liệu quốc gia về dân cư. Hãy mang giấy khai "
            "sinh của trẻ và giấy tờ tùy thân của bạn đến trạm y tế gần nhất để được liên kết."
        ),
        Linking.TOO_OFTEN: _("Bạn đã thử nhiều lần. Hãy thử lại sau một giờ."),
    }
    return words[came]


def _page(errors: dict[str, str]) -> str:
    return render_template("portal/child.html", errors=errors, form=request.form, of_age=OF_AGE)
