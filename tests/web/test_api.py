"""The API for programs: limits told and kept, problems that say what is wrong, a document that cannot drift."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.test import TestResponse

from passport.errors import Reason, advice, sentence
from passport.house import EXTENSION
from passport.registry.clients import CHECKS_PER_MINUTE, create_client
from passport.rendering.qr import qr_png
from passport.verifying.holder import HolderQuery
from passport.verifying.request import parse_at
from passport.web.date_patterns import BORN, CLOCK
from passport.web.limits import ANONYMOUS_LIMIT, LIMITER
from tests.serving import Codes, application

ONE, MANY = "/api/v1/verifications", "/api/v1/verifications/batch"
_LIMIT = re.compile(r'"(client|anonymous)";r=(\d+);t=(\d+)')


def key_for(app: APIFlask, *scopes: str, checks_per_minute: int = CHECKS_PER_MINUTE) -> dict[str, str]:
    """The headers of a new client."""
    with app.extensions[EXTENSION].database.transaction() as session:
        _client, key = create_client(
            session, name="Agency", scopes=scopes, now=datetime.now(UTC), checks_per_minute=checks_per_minute
        )
    return {"Authorization": f"Bearer {key}"}


def remaining(answer: TestResponse) -> tuple[str, int]:
    """Whose limit an answer tells, and what is left of it."""
    told = _LIMIT.fullmatch(answer.headers["RateLimit"])
    assert told
    assert int(told[3]) <= 60
    return told[1], int(told[2])


@pytest.fixture(scope="session")
def spec(app: APIFlask) -> dict[str, Any]:
    document: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return document


def _messages(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for operations in spec["paths"].values():
        for operation in operations.values():
            for message in (operation.get("requestBody", {}), *operation["responses"].values()):
                for content in message.get("content", {}).values():
                    yield operation["operationId"], content


def _validator(spec: dict[str, Any], model: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{model}", "components": spec["components"]})


def test_a_stranger_has_thirty_checks_a_minute_and_is_told(client: FlaskClient, codes: Codes) -> None:
    for left in range(ANONYMOUS_LIMIT - 1, -1, -1):
        answer = client.post(ONE, json={"credential": "x"})
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"anonymous";q=30;w=60'
        assert remaining(answer) == ("anonymous", left)
    refused = client.post(ONE, json={"credential": codes.valid})
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert remaining(refused) == ("anonymous", 0)
    assert client.get("/api/v1/samples").status_code == 200  # documents cost nothing


def test_a_batch_counts_as_its_items_and_a_refused_one_costs_nothing(app: APIFlask, client: FlaskClient) -> None:
    headers = key_for(app, "verify", "verify:batch")
    thousand = {"items": [{"credential": "x"}] * 1000}
    answer = client.post(MANY, json=thousand, headers=headers)
    assert (answer.status_code, len(answer.get_json()["results"])) == (200, 1000)
    assert answer.headers["RateLimit-Policy"] == f'"client";q={CHECKS_PER_MINUTE};w=60'
    assert remaining(answer) == ("client", CHECKS_PER_MINUTE - 1000)
    refused = client.post(MANY, json=thousand, headers=headers)
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert remaining(refused) == ("client", CHECKS_PER_MINUTE - 1000)
    single = client.post(ONE, json={"credential": "x"}, headers=headers)
    assert (single.status_code, remaining(single)) == (200, ("client", CHECKS_PER_MINUTE - 1001))


def test_each_client_has_a_limit_of_its_own(app: APIFlask, client: FlaskClient) -> None:
    small, other = key_for(app, "verify", checks_per_minute=2), key_for(app, "verify", checks_per_minute=3)
    told = [client.post(ONE, json={"credential": "x"}, headers=small).status_code for _ in range(3)]
    assert told == [200, 200, 429]
    answer = client.post(ONE, json={"credential": "x"}, headers=other)
    assert answer.headers["RateLimit-Policy"] == '"client";q=3;w=60'
    assert remaining(answer) == ("client", 2)


class _Away(FixedWindowRateLimiter):
    """Counts in a store that does not answer."""

    def test(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        raise StorageError(ConnectionError())

    get_window_stats = test  # type: ignore[assignment]


def test_while_the_store_of_limits_is_away_the_process_counts_alone(
    app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(LIMITER), "limiter", property(lambda _limiter: _Away(MemoryStorage())))
    headers = key_for(app, "verify", checks_per_minute=2)
    answers = [client.post(ONE, json={"credential": "x"}, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [remaining(answer) for answer in answers] == [("client", 1), ("client", 0), ("client", 0)]


@pytest.mark.parametrize(
    ("method", "path", "body", "scopes", "status"),
    [
        ("POST", ONE, b"{", (), 400),
        ("POST", ONE, b"\xff", (), 400),
        ("POST", ONE, b'{"credential": "x", "cr\\u0065dential": "secret"}', (), 400),
        ("POST", ONE, b"[" * 1000 + b"]" * 1000, (), 400),
        ("POST", ONE, b'{"credential": "x", "holder": {"name": "secret", "name": "y"}}', (), 422),
        ("POST", MANY, b'{"items": [', ("verify:batch",), 400),
        ("POST", MANY, b'{"items": [{"credential": "x"}], "items": []}', ("verify:batch",), 400),
        ("POST", MANY, b"{}", (), 401),
        ("POST", MANY, b"{}", ("verify",), 403),
        ("POST", ONE, b"{}", ("verify:batch",), 403),
        ("GET", "/api/v1/nothing", b"", (), 404),
        ("GET", f"/api/v1/people/{'0' * 32}", b"", ("verify",), 403),
        ("PUT", ONE, b"{}", (), 405),
        ("POST", ONE, b"[]", (), 422),
        ("POST", ONE, b'{"credential": "x", "secret": 1}', (), 422),
        ("POST", ONE, b'{"credential": "x", "at": "2026-02-30"}', (), 422),
        ("POST", MANY, b'{"items": []}', ("verify:batch",), 422),
    ],
)
def test_each_problem_is_told_alike_with_the_limit_beside_it(
    app: APIFlask, client: FlaskClient, spec: dict[str, Any], method: str, path: str, body: bytes,
    scopes: tuple[str, ...], status: int,
) -> None:  # fmt: skip
    headers = key_for(app, *scopes) if scopes else {}
    answer = client.open(path, method=method, data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert remaining(answer)[0] == ("client" if scopes else "anonymous")
    _validator(spec, "ProblemOut").validate(answer.get_json())
    assert b"secret" not in answer.data
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_an_item_that_says_one_thing_twice_spoils_only_itself(app: APIFlask, client: FlaskClient) -> None:
    items = b'{"credential": "x"}', b'{"credential": "x", "credential": "y"}', b'{"credential": "x"}'
    body = b'{"items": [' + b",".join(items) + b"]}"
    answer = client.post(MANY, data=body, content_type="application/json", headers=key_for(app, "verify:batch"))
    assert [told.get("status") for told in answer.get_json()["results"]] == [None, 422, None]


def test_a_body_over_the_limit_is_413(app: APIFlask, client: FlaskClient) -> None:
    body = b'{"credential": "' + b"x" * app.config["MAX_CONTENT_LENGTH"] + b'"}'
    for path, headers in ((ONE, {}), (MANY, key_for(app, "verify:batch"))):
        answer = client.post(path, data=body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
        assert remaining(answer)[1] > 0


def test_guessing_keys_is_counted_against_the_address(client: FlaskClient) -> None:
    guesses = [client.post(MANY, json={}, headers={"Authorization": f"Bearer pk_{n}"}) for n in range(31)]
    assert [answer.status_code for answer in guesses] == [401] * 30 + [429]


@pytest.mark.parametrize(
    "parts",
    [
        {"at": ""},
        {"secret": "x"},
        {"image": "text, not a file"},
        {"name": " "},
        {"at": ["2026-01-01", "2026-01-02"]},
        {"policy": "none"},
    ],
)
def test_a_picture_comes_with_exact_fields(client: FlaskClient, parts: dict[str, Any]) -> None:
    files = {} if "image" in parts else {"image": (io.BytesIO(b"no picture"), "a.png")}
    answer = client.post(ONE, data=parts | files, content_type="multipart/form-data")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    good = {"image": (io.BytesIO(b"no picture"), "a.png"), "policy": "vn-domestic", "ref": "7"}
    verdict = client.post(ONE, data=good, content_type="multipart/form-data").get_json()
    assert (verdict["reason"], verdict["ref"]) == ("unreadable_image", "7")


@pytest.mark.parametrize(
    "parts",
    [
        {"holder": '{"name": "Nguyễn Văn An", "born": "1990-01-02"}'},
        {"holder": '{"name": "Trần Thị Bình"}', "name": "Nguyễn Văn An", "born": "1990-01-02"},
        {"name": "Nguyễn Văn An", "born": "1990-01-02"},
    ],
)
def test_the_holder_beside_a_picture(client: FlaskClient, codes: Codes, parts: dict[str, str]) -> None:
    picture = {"image": (io.BytesIO(qr_png(codes.valid)), "a.png")}
    verdict = client.post(ONE, data=picture | parts, content_type="multipart/form-data").get_json()
    assert verdict["holder_match"] == {"name": "exact", "born": "exact", "why": None}


def test_there_is_an_example_for_each_reason_in_the_words_of_the_house(spec: dict[str, Any]) -> None:
    answers = spec["paths"][ONE]["post"]["responses"]["200"]["content"]["application/json"]["examples"]
    assert set(answers) == {"valid", "several", *(reason.value for reason in Reason)}
    assert answers["valid"]["value"]["outcome"] == "valid"
    for reason in Reason:
        verdict = answers[reason.value]["value"]
        assert verdict["reason"] == reason.value
        assert [s["reason"] for s in verdict["steps"] if s["result"] == "failed"] == [reason.value]
        for told, said in ((verdict["message"], sentence(reason)), (verdict["advice"], advice(reason))):
            for language, text in said.as_dict().items():
                assert re.fullmatch(re.escape(text).replace("…", ".+"), told[language])
                assert "…" not in told[language]


def test_every_example_has_the_shape_that_the_document_promises(spec: dict[str, Any]) -> None:
    checked = 0
    for _operation, content in _messages(spec):
        model = content["schema"]["$ref"].rpartition("/")[2]
        for example in content.get("examples", {}).values():
            _validator(spec, model).validate(example["value"])
            checked += 1
    assert checked > len(Reason)


def test_real_verdicts_have_exactly_the_shape_of_the_document(
    app: APIFlask, client: FlaskClient, codes: Codes, spec: dict[str, Any]
) -> None:
    headers, shape = key_for(app, "verify"), _validator(spec, "CheckOut")
    texts = [codes.valid, codes.partial, codes.forged, codes.expired, codes.unknown, codes.identity_card]
    checks: list[dict[str, Any]] = [{"credential": text, "ref": "r"} for text in texts]
    checks += [{"credential": text, "policy": policy} for text in texts for policy in ("vn-entry", "vn-booster")]
    checks += [{"credential": text, "country": country} for text in texts for country in ("XA", "DE")]
    checks += [{"credential": codes.valid, "holder": {"name": "Nguyễn An", "born": "1990"}}]
    checks += [{"credentials": [codes.valid, codes.partial], "policy": "vn-domestic"}]
    reasons = set()
    for check in checks:
        answer = client.post(ONE, json=check, headers=headers).get_json()
        shape.validate(answer)
        reasons.add(answer["reason"])
    assert len(reasons) >= 7
    _validator(spec, "SamplesOut").validate(client.get("/api/v1/samples").get_json())


def test_dates_of_the_document_are_the_dates_that_are_read() -> None:
    clock, born = re.compile(CLOCK), re.compile(BORN)

    def reads_clock(text: str) -> bool:
        try:
            return bool(parse_at(text))
        except Exception:
            return False

    def reads_born(text: str) -> bool:
        try:
            return bool(HolderQuery.read(name=None, born=text))
        except Exception:
            return False

    for year in (1, 4, 1600, 1900, 1904, 1969, 1970, 1972, 1980, 1996, 2000, 2023, 2024, 2100, 2104, 2199, 2200, 9999):
        for month in (1, 2, 4, 11, 12, 13):
            for day in (1, 9, 28, 29, 30, 31, 32):
                iso = f"{year:04d}-{month:02d}-{day:02d}"
                assert reads_clock(iso) == bool(clock.fullmatch(iso)), iso
                for text in (
                    iso,
                    f"{day}/{month}/{year:04d}",
                    f"{day:02d}/{month:02d}/{year:04d}",
                    f"{month}/{year:04d}",
                ):
                    assert reads_born(text) == bool(born.fullmatch(text)), text
    for time in (
        "T00:00",
        "t23:59:59.123456789z",
        " 10:00+23:59",
        "T24:00",
        "T10:60",
        "T10:00:60",
        "T10",
        "T10:00+24:00",
    ):
        assert reads_clock("1990-01-01" + time) == bool(clock.fullmatch("1990-01-01" + time)), time


def test_the_page_of_the_document_folds_its_examples(client: FlaskClient) -> None:
    page = client.get("/api/docs?lang=en").get_data(as_text=True)
    whole, inner = page.count("<details"), page.count("Examples of answers")
    assert whole > len(Reason)
    assert inner
    for reason in Reason:
        assert f'<span class="code">{reason.value}</span>' in page
    assert json.dumps({"credential": "HC1:…"}, ensure_ascii=False)[1:-1] in page.replace("&#34;", '"')


def test_a_spoilt_key_ring_is_the_services_fault_and_not_the_callers(tmp_path: Path, sqlite_template: Path) -> None:
    keys = tmp_path / "keys" / "trust" / "keys.json"
    keys.parent.mkdir(parents=True)
    keys.write_text("{")
    LIMITER.reset()
    answer = application(tmp_path, sqlite_template).test_client().post(ONE, json={"credential": "HC1:"})
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "bad_key_file")
