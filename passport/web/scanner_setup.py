"""The setup code of a checkpoint: one QR code that sets the rule, the country and the name on every device there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for

from passport.house import current_house
from passport.rendering.qr import qr_svg
from passport.verifying.request import parse_country, parse_policy
from passport.web import scanner
from passport.web.scanner import BLUEPRINT

PLACE_LIMIT = 60  # characters of a checkpoint's name; longer ones make a dense code


@dataclass(frozen=True, slots=True)
class Setup:
    """What the head of a checkpoint chooses for its devices."""

    policy: str = ""
    country: str = ""
    place: str = ""

    @classmethod
    def read(cls) -> Setup:
        """The choices in this request's address; raises InputError (bad_option) for what no form of ours sends."""
        policy, country = request.args.get("policy"), request.args.get("country")
        return cls(
            policy=parse_policy(policy) if policy else "",
            country=parse_country(country) if country else "",
            place=" ".join(request.args.get("place", "").split())[:PLACE_LIMIT],
        )

    @property
    def address(self) -> str:
        """The address in the code. It names policy and country also where none is chosen: that is a choice too."""
        chosen = {"policy": self.policy, "country": self.country} | ({"place": self.place} if self.place else {})
        return f"{current_house().settings.base_url}{url_for('scanner.verify_page')}?{urlencode(chosen)}"


@BLUEPRINT.get("/verify/setup")
def setup_page() -> str:
    """The form, and the code for what it holds, to print or to show."""
    setup = Setup.read()
    return render_template(
        "scanner/setup.html",
        setup=setup,
        address=setup.address,
        limit=PLACE_LIMIT,
        terms=scanner.Terms(policy=setup.policy or None, country=setup.country or None),
        policies=scanner.policy_choices(),
        countries=scanner.country_choices(),
    )


@BLUEPRINT.get("/verify/setup.svg")
def setup_code() -> Response:
    """The QR symbol of the choices in the address."""
    return Response(qr_svg(Setup.read().address, level="M"), mimetype="image/svg+xml")
