"""Lines that call the API from curl, Python and JavaScript, all from one table; a test runs every one of them."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from typing import Any

from passport.errors import Sentence

API = "/api/v1"
KEY = "pk_…"  # stands for the agency's own
_CODE = "HC1:…"
_TRIP = {"country": "XA", "at": "2027-01-15"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: its JSON body, or the fields beside the picture `picture`; what its answer holds.

    `many` is the member of the answer that lists several, None where the answer is one verdict.
    """

    name: str
    title: Sentence
    path: str
    method: str = "POST"
    body: dict[str, Any] = field(default_factory=dict)
    picture: str | None = None
    many: str | None = None
    key: str | None = None

    def of(self, body: dict[str, Any], *, key: str | None = None) -> Call:
        """The same call with another body, and a key of one's own."""
        return replace(self, body=body, key=key or self.key)


CALLS: tuple[Call, ...] = (
    Call(
        "one",
        Sentence("Một chứng nhận, cho một chuyến đi", "One certificate, for a trip"),
        "/verifications",
        body={
            "credential": _CODE,
            **_TRIP,
            "holder": {"name": "Nguyễn Văn An", "born": "1990-01-02"},
            "ref": "PNR-123",
        },
    ),
    Call(
        "together",
        Sentence("Nhiều chứng nhận của một khách, xét chung", "Several certificates of one traveller, together"),
        "/verifications",
        body={"credentials": [_CODE, _CODE], **_TRIP},
    ),
    Call(
        "picture",
        Sentence("Ảnh hoặc tệp PDF", "A picture or PDF"),
        "/verifications",
        body=dict(_TRIP),
        picture="certificate.png",
    ),
    Call(
        "batch",
        Sentence("Cả đoàn: tối đa 1.000 mã trong một lần", "A whole group: up to 1,000 codes at once"),
        "/verifications/batch",
        body={**_TRIP, "items": [{"credential": _CODE, "ref": "1"}, {"credential": _CODE, "ref": "2"}]},
        many="results",
        key=KEY,
    ),
    Call(
        "samples",
        Sentence("Các mã mẫu", "The samples"),
        "/samples",
        method="GET",
        many="samples",
    ),
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """The same call in one language of programs."""

    language: str
    text: str


def snippets(call: Call, *, base: str) -> tuple[Snippet, ...]:
    """The call in curl, Python and JavaScript for the service at `base`."""
    address = f"{base}{API}{call.path}"
    return (
        Snippet("curl", _curl(call, address)),
        Snippet("Python", _python(call, address)),
        Snippet("JavaScript", _javascript(call, address)),
    )


def _curl(call: Call, address: str) -> str:
    parts = [f"curl -s {shlex.quote(address)}"]
    if call.key:
        parts.append(f"-H {shlex.quote('Authorization: Bearer ' + call.key)}")
    if call.picture:
        parts += [f"-F image=@{shlex.quote(call.picture)}"]
        parts += [f"-F {shlex.quote(f'{name}={value}')}" for name, value in call.body.items()]
    elif call.body:
        parts += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(_json(call.body))}"]
    return " \\\n  ".join(parts)


def _python(call: Call, address: str) -> str:
    lines = [f"answer = requests.{call.method.lower()}(", f"    {_json(address)},"]
    if call.key:
        lines.append(f'    headers={{"Authorization": {_json("Bearer " + call.key)}}},')
    if call.picture:
        lines += [f'    files={{"image": open({_json(call.picture)}, "rb")}},', f"    data={_inset(call.body)},"]
    elif call.body:
        lines.append(f"    json={_inset(call.body)},")
    lines += ["    timeout=30,", ")", "answer.raise_for_status()"]
    if call.many == "results":
        lines += ['for verdict in answer.json()["results"]:', '    print(verdict["outcome"], verdict["reason"])']
    elif call.many:
        lines += [f'for sample in answer.json()["{call.many}"]:', '    print(sample["name"], sample["expected"])']
    else:
        lines += ["verdict = answer.json()", 'print(verdict["outcome"], verdict["reason"])']
    return "\n".join(["import requests", "", *lines])


def _javascript(call: Call, address: str) -> str:
    lines: list[str] = []
    if call.picture:
        lines += ['import { openAsBlob } from "node:fs";', "", "const form = new FormData();"]
        lines.append(f'form.append("image", await openAsBlob({_json(call.picture)}), {_json(call.picture)});')
        lines += [f"form.append({_json(name)}, {_json(value)});" for name, value in call.body.items()]
    lines.append(f"const answer = await fetch({_json(address)}, {{")
    lines.append(f'  method: "{call.method}",')
    headers = {"Authorization": f"Bearer {call.key}"} if call.key else {}
    if call.body and not call.picture:
        headers["Content-Type"] = "application/json"
    if headers:
        lines.append(f"  headers: {_json(headers)},")
    if call.picture:
        lines.append("  body: form,")
    elif call.body:
        lines.append(f"  body: JSON.stringify({_inset(call.body, 2)}),")
    lines += ["});", "if (!answer.ok) throw new Error(await answer.text());"]
    if call.many == "results":
        lines += ["for (const verdict of (await answer.json()).results) {"]
        lines += ["  console.log(verdict.outcome, verdict.reason);", "}"]
    elif call.many:
        lines += [f"for (const sample of (await answer.json()).{call.many}) {{"]
        lines += ["  console.log(sample.name, sample.expected);", "}"]
    else:
        lines += ["const verdict = await answer.json();", "console.log(verdict.outcome, verdict.reason);"]
    return "\n".join(lines)


def _json(value: object) -> str:
    """JSON; texts, lists and objects of it are the same in Python and JavaScript."""
    return json.dumps(value, ensure_ascii=False)


def _inset(value: object, by: int = 4) -> str:
    """JSON over several lines, the later ones set in."""
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + " " * by)
