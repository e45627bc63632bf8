"""The EU's public codes as a checkpoint meets them: trusted by the case's own certificate, at the case's own clock.

Every hard flag of `EXPECTEDRESULTS` is the result of one step; SCHEMAVALIDATION is soft. Q1 is a fault of its
picture only: its text is sound.
"""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509

from passport.app import create_app
from passport.domain.verdict import Outcome, Result, Step, Verdict
from passport.errors import Reason, TrustError
from passport.formats.table import open_text
from passport.rendering.reading import read_codes
from passport.rules.rulesets import RuleStore
from passport.trust.certificates import read_certificate
from passport.trust.keyring import Keyring, import_keys
from passport.trust.revocation import Revocations
from passport.verifying.context import Context
from passport.verifying.verify import verify, verify_image

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(os.environ.get("CONFORMANCE_DIR") or ROOT.parent / "shared" / "conformance") / "dgc"
CASES = sorted(FOLDER.glob("*/*.json"))
COMMON = [path for path in CASES if path.parent.name == "common"]
WITH_PICTURE = [path for path in CASES if "2DCODE" in json.loads(path.read_text("utf-8"))]
FORTNIGHT = timedelta(days=14)
# What each file of `common/` must say; the rest are valid.
FAULTS = {
    "H1": Reason.NOT_A_CERTIFICATE,
    "H2": Reason.UNSUPPORTED_VERSION,
    "H3": Reason.NOT_A_CERTIFICATE,
    "B1": Reason.BAD_ENCODING,
    "Z1": Reason.BAD_COMPRESSION,
    "Z2": Reason.BAD_COMPRESSION,
    "CBO1": Reason.BAD_STRUCTURE,
    "CBO2": Reason.BAD_STRUCTURE,
    "CO22": Reason.UNKNOWN_ISSUER,
    "CO23": Reason.UNKNOWN_ISSUER,
    "CO5": Reason.BAD_SIGNATURE,
    **{f"CO{number}": Reason.KEY_NOT_ALLOWED for number in range(6, 12)},
    "CO16": Reason.NOT_YET_VALID,
    "CO17": Reason.EXPIRED,
    "DGC1": Reason.BAD_CONTENT,
    "DGC2": Reason.BAD_CONTENT,
}
# Which steps a flag is about; a flag is true when all of them passed.
FLAGS = {
    "EXPECTEDUNPREFIX": (Step.FORMAT,),
    "EXPECTEDB45DECODE": (Step.ENCODING,),
    "EXPECTEDCOMPRESSION": (Step.COMPRESSION,),
    "EXPECTEDDECODE": (Step.STRUCTURE,),
    "EXPECTEDVERIFY": (Step.STRUCTURE, Step.KEY, Step.SIGNATURE),
    "EXPECTEDKEYUSAGE": (Step.KEY_USAGE,),
    "EXPECTEDEXPIRATIONCHECK": (Step.TIME,),
}


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def load(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return case


def certificate_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["TESTCTX"]["CERTIFICATE"])


def clock_of(case: dict[str, Any]) -> datetime:
    """The case's own clock; where it has none, an hour after the later of issue and the signer's start."""
    given = case["TESTCTX"].get("VALIDATIONCLOCK")
    if given:
        clock = datetime.fromisoformat(given)
        return clock if clock.tzinfo else clock.replace(tzinfo=UTC)
    start = x509.load_der_x509_certificate(certificate_of(case)).not_valid_before_utc
    issued = datetime.fromtimestamp(open_text(case["PREFIX"]).payload.issued, UTC)
    return max(start, issued) + timedelta(hours=1)


def context_for(case: dict[str, Any], *, folder: Path) -> Context:
    clock = clock_of(case)
    anchor = read_certificate(certificate_of(case), country=None, key_id=None, withdrawn_at=None, now=clock)
    return Context(
        keyring=Keyring([anchor], updated_at=clock),
        revocations=Revocations.load(folder),
        rules=RuleStore.load(folder),
        zone=ZoneInfo("Europe/Brussels"),
        trust_max_age=FORTNIGHT,
        revocation_max_age=FORTNIGHT,
        icvp_claim=-6,
    )


def verdict_on(case: dict[str, Any], *, folder: Path) -> Verdict:
    return verify(case["PREFIX"], context=context_for(case, folder=folder), now=clock_of(case))


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_every_hard_flag(path: Path, tmp_path: Path) -> None:
    case = load(path)
    verdict = verdict_on(case, folder=tmp_path)
    results = {step.step: step.result for step in verdict.steps}
    for flag, steps in FLAGS.items():
        expected = case["EXPECTEDRESULTS"].get(flag)
        if expected is not None:
            assert all(results[step] is Result.PASSED for step in steps) is expected, flag


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_each_has_its_reason(path: Path, tmp_path: Path) -> None:
    verdict = verdict_on(load(path), folder=tmp_path)
    expected = FAULTS.get(path.stem) if path in COMMON else None
    assert verdict.reason is expected
    assert verdict.outcome is (Outcome.INVALID if expected else Outcome.VALID)
    believed = expected in (None, Reason.NOT_YET_VALID, Reason.EXPIRED)
    assert (verdict.certificate is not None) is believed


@pytest.mark.parametrize("path", WITH_PICTURE, ids=name_of)
def test_pictures_hold_the_text(path: Path) -> None:
    case = load(path)
    picture = base64.b64decode(case["2DCODE"])
    if case["EXPECTEDRESULTS"].get("EXPECTEDPICTUREDECODE") is False:
        with pytest.raises(TrustError) as unread:
            read_codes(picture)
        assert unread.value.reason is Reason.UNREADABLE_IMAGE
    elif case["EXPECTEDRESULTS"].get("EXPECTEDPICTUREDECODE"):
        assert case["PREFIX"] in read_codes(picture)


def test_the_picture_of_q1(tmp_path: Path) -> None:
    case = load(FOLDER / "common" / "Q1.json")
    context = context_for(case, folder=tmp_path)
    verdict = verify_image(base64.b64decode(case["2DCODE"]), context=context, now=clock_of(case))
    assert verdict.reason is Reason.UNREADABLE_IMAGE
    assert verdict_on(case, folder=tmp_path).outcome is Outcome.VALID


def test_the_command_says_the_same(tmp_path: Path) -> None:
    cases = [load(path) for path in CASES]
    pem = "".join(
        f"-----BEGIN CERTIFICATE-----\n{case['TESTCTX']['CERTIFICATE']}\n-----END CERTIFICATE-----\n" for case in cases
    )
    report = import_keys(tmp_path, [("all.pem", pem.encode())], production=False, now=datetime.now(UTC))
    assert not report.refused
    app = create_app({"PASSPORT_KEYS_DIR": str(tmp_path), "PASSPORT_INSTANCE_DIR": str(tmp_path / "instance")})
    lines = [json.dumps({"credential": case["PREFIX"], "at": clock_of(case).isoformat()}) for case in cases]
    with app.app_context():
        run = app.test_cli_runner().invoke(args=["verify", "--lines"], input="\n".join(lines))
    assert run.exit_code == 1
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    expected = [FAULTS.get(path.stem) if path in COMMON else None for path in CASES]
    assert {name_of(path): answer["reason"] for path, answer in zip(CASES, answers, strict=True)} == {
        name_of(path): reason for path, reason in zip(CASES, expected, strict=True)
    }
