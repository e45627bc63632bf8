"""Trying the API on a page: what would be sent, what is answered, and the lines of a program that do the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from passport.demo import samples
from passport.demo.samples import Sample
from passport.errors import PassportError
from passport.house import current_house
from passport.verifying.request import parse_request
from passport.web.agency import told_check
from passport.web.agency_desk import BLUEPRINT, trip_choices
from passport.web.errors import problem_of
from passport.web.language import told
from passport.web.limits import LIMITER
from passport.web.scanner import CHECKS_LIMIT
from passport.web.snippets import API, CALLS, Snippet, snippets
from passport.web.test_keys import offered

_FIELDS = ("credential", "country", "policy", "at", "name", "born")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What was sent and answered, as JSON."""

    request: str
    status: int
    answer: str
    outcome: str
    heading: str
    snippets: tuple[Snippet, ...]


@BLUEPRINT.get("/try")
def try_form() -> str:
    """The console, empty or filled with a sample."""
    chosen = next((sample for sample in _samples() if sample.name == request.args.get("sample")), None)
    return _console(_fields_of(chosen) if chosen else dict.fromkeys(_FIELDS, ""), sample=chosen)


@BLUEPRINT.post("/try")
@LIMITER.limit(CHECKS_LIMIT)
def try_call() -> str:
    """Sends what was filled in and shows the answer as a program would get it."""
    fields = {name: request.form.get(name, "") for name in _FIELDS}
    fields["credential"] = fields["credential"].lstrip().rstrip("\r\n\t")  # a code may end in a space
    return _console(fields, shown=_answered(_body(fields)))


def _answered(body: dict[str, Any]) -> _Shown:
    try:
        status, answer = 200, told_check(parse_request(body), context=current_house().context)
    except PassportError as error:
        answer = problem_of(error)
        status = answer["status"]
    return _Shown(
        request=_pretty(body),
        status=status,
        answer=_pretty(answer),
        outcome=answer.get("outcome", ""),
        heading=answer.get("heading", ""),
        snippets=snippets(CALLS[0].of(body), base=current_house().settings.base_url),
    )


def _console(fields: dict[str, str], *, sample: Sample | None = None, shown: _Shown | None = None) -> str:
    base = current_house().settings.base_url
    return render_template(
        "agency/try.html",
        fields=fields,
        sample=sample,
        chosen=request.values.get("sample", ""),
        shown=shown,
        address=f"{base}{API}/verifications",
        offered=offered(),
        samples=[(sample.name, told(sample.title)) for sample in _samples()],
        **trip_choices(),
        examples=[(call, snippets(call, base=base)) for call in CALLS],
    )


def _samples() -> tuple[Sample, ...]:
    """The samples that a request can bring about; those of old lists are for `/demo`."""
    known = samples.load(current_house().settings.instance_dir) if offered() else ()
    return tuple(sample for sample in known if not sample.lists_days)


def _fields_of(sample: Sample) -> dict[str, str]:
    holder = sample.holder or {}
    return {
        "credential": sample.credential,
        "country": sample.country or "",
        "policy": sample.policy or "",
        "at": sample.at or "",
        "name": holder.get("name", ""),
        "born": holder.get("born", ""),
    }


def _body(fields: dict[str, str]) -> dict[str, Any]:
    """The request in which only what was filled in stands."""
    holder = {name: fields[name] for name in ("name", "born") if fields[name].strip()}
    asked = {name: fields[name] for name in ("country", "policy", "at") if fields[name].strip()}
    return {"credential": fields["credential"], **asked, **({"holder": holder} if holder else {})}


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
