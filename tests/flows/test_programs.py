"""What programs see of an installation: samples, the API document, keys, health, limits of keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.installed import Site


def test_every_sample_gets_the_verdict_it_must_get(site: Site) -> None:
    client = site.visitor()
    samples: list[dict[str, Any]] = client.get("/api/v1/samples").get_json()["samples"]
    assert len(samples) > 20
    reasons = set()
    for sample in samples:
        if sample["lists_days"]:
            continue  # asks for old lists, which no request can bring about
        answer = client.post(
            "/api/v1/verifications",
            json=sample["request"],
            headers={"Authorization": f"Bearer {site.demo['api_key']}"},
        )
        verdict = answer.get_json()
        told = {name: verdict[name] for name in ("outcome", "reason", "heading")}
        assert told == sample["expected"], sample["name"]
        reasons.add(verdict["reason"])
    assert len(reasons) >= 19


def test_a_batch_needs_a_key_and_one_bad_item_spoils_only_itself(site: Site) -> None:
    client = site.visitor()
    good = client.get("/api/v1/samples").get_json()["samples"][0]["request"]
    body = {"items": [good | {"ref": "a"}, {"credential": 5}, "text", {"credential": "x", "ref": "d"}]}
    assert client.post("/api/v1/verifications/batch", json=body).status_code == 401
    headers = {"Authorization": f"Bearer {site.demo['api_key']}"}
    results = client.post("/api/v1/verifications/batch", json=body, headers=headers).get_json()["results"]
    assert [r.get("outcome", r.get("status")) for r in results] == ["valid", 422, 422, "invalid"]
    assert [r.get("ref") for r in results] == ["a", None, None, "d"]
    wrong = {"Authorization": "Bearer pk_nobody"}
    assert client.post("/api/v1/verifications/batch", json=body, headers=wrong).status_code == 401
    for items in ([], [good] * 1001):
        answer = client.post("/api/v1/verifications/batch", json={"items": items}, headers=headers)
        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 422), (b'{"credential": 1}', 422), (b'{"credential": "x", "secret": 1}', 422)],
)
def test_a_wrong_shape_is_a_problem_that_never_repeats_the_input(site: Site, body: bytes, status: int) -> None:
    answer = site.visitor().post("/api/v1/verifications", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert b"secret" not in answer.data


def test_page_api_and_command_give_the_same_verdict(site: Site) -> None:
    client = site.visitor()
    samples = [s for s in client.get("/api/v1/samples").get_json()["samples"] if s["card"] and not s["lists_days"]]
    runner = site.app.test_cli_runner()
    lines = "\n".join(json.dumps(sample["request"]) for sample in samples)
    with site.app.app_context():
        told = [json.loads(line) for line in runner.invoke(args=["verify", "--lines"], input=lines).stdout.splitlines()]
    assert len(told) == len(samples)
    for sample, by_command in zip(samples, told, strict=True):
        by_api = client.post("/api/v1/verifications", json=sample["request"]).get_json()
        request = sample["request"]
        form = {
            name: request.get(field, "")
            for name, field in (
                ("credential", "credential"),
                ("policy", "policy"),
                ("country", "country"),
                ("on", "at"),
            )
        }
        page = client.post("/verify", data=form).data.decode()
        assert {**by_api, "checked_at": None} == {**by_command, "checked_at": None}
        for name in ("outcome", "heading"):
            assert f'data-{name}="{by_api[name]}"' in page, sample["name"]
        assert f'data-reason="{by_api["reason"] or ""}"' in page


def test_documents_and_health(site: Site) -> None:
    client = site.visitor()
    spec = client.get("/api/v1/openapi.json").get_json()
    assert spec["openapi"].startswith("3.1")
    assert "/api/v1/verifications/batch" in spec["paths"]
    assert client.get("/api/docs?lang=en").status_code == 200
    assert client.get("/readyz").status_code == 200
    bundle = client.get("/trust/bundle").get_json()
    for name, path in (("trust", "list"), ("revocations", "revocations"), ("rules", "rules")):
        assert client.get(f"/trust/{path}").text == bundle[name]
        assert bundle[name].count(".") == 2
    keys = client.get("/.well-known/jwks.json").get_json()["keys"]
    assert keys
    assert all("d" not in key for key in keys)
    assert b"passport_verdicts" in client.get("/metrics").data
