"""The stand-in of the population register over HTTP: development and loopback only."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, abort, request

from passport.house import current_house
from passport.intake.standin import EmbeddedPopulation
from passport.web import access

BLUEPRINT = Blueprint("population_standin", __name__, url_prefix="/population-standin")
access.declare(BLUEPRINT, access.Audience.DEVELOPMENT, machine=True)


@BLUEPRINT.post("/check")
def check() -> Response:
    """One word for each identity: right, wrong, not_found or ambiguous."""
    return _json(_standin().answer(_body()))


@BLUEPRINT.post("/guardian")
def guardian() -> Response:
    """Whether somebody is the parent or guardian of a child: yes or no."""
    return _json(_standin().answer_guardian(_body()))


def _standin() -> EmbeddedPopulation:
    return EmbeddedPopulation(current_house().settings.instance_dir / "population.db")


def _body() -> object:
    try:
        body: object = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        abort(400)
    return body


def _json(answer: object) -> Response:
    return Response(orjson.dumps(answer), content_type="application/json")
