"""Each role opens its own pages of the staff and no others: one table over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from werkzeug.routing import Rule

from passport.demo import accounts
from passport.demo.accounts import SampleAccount
from passport.house import EXTENSION
from passport.registry.accounts import ROLES
from passport.web.staff_roles import MAY_USE
from tests.serving import application

LETTERS = dict(zip("RCIPANLHUD", ROLES, strict=True))
SAMPLES = {
    "R": accounts.NURSE,
    "C": accounts.HEAD,
    "I": accounts.IDENTITY,
    "P": accounts.ISSUER,
    "A": accounts.APPROVER,
    "N": accounts.INSPECTOR,
    "L": accounts.LIST_PROVIDER,
    "H": accounts.CHECKPOINT_HEAD,
    "U": accounts.AUDITOR,
    "D": accounts.ADMINISTRATOR,
}
# Registrar, Confirmer, Identity officer, Proposer (issuer), Approver, iNspector, List provider, Head of a
# checkpoint, aUditor, aDministrator.
TABLE = """
desk                 R C I P A N L H U D
lists                R C I P A N L . U .
list_report          R C I P A N . . U .
empty_list           R . . . . . L . . .
list_sheet           R C I P A N . . U .
provider             R C I P A N L . U .
repair               R . . . . . . . . .
withdraw             R . . . . . L . . .
reconciliation       R C I P A N . . U .
reconciliation_file  R C I P A N . . U .
job_list             R C I P A N L . U .
job                  R C I P A N L . U .
cancel_job           R . . . . . L . . .
check_population     R . I . . . . . . .
confirm              . C . . . . . . . .
reception            R C I . . . . . . .
dose_form            R . . . . . . . . .
enter                R . . . . . . . . .
find_people          R C I P A N . . U .
person               R C I P A N . . U .
correct              R . I . . . . . . .
sight                . . I . . . . . . .
reissue              . . I P A . . . . .
guardians            R . I . . . . . . .
link                 R . I . . . . . . .
unlink               R . I . . . . . . .
cleaning_queue       R C I P A N . . U .
cleaning_case        R C I P A N . . U .
duplicate_records    R C I P A N . . U .
ask                  . . I . . . . . . .
give_back            R . I . . . . . . .
merge                R . I . . . . . . .
merge_dose_records   R . . . . . . . . .
split                R . I . . . . . . .
undo                 R . I . . . . . . .
take_correction_back R . I . . . . . . .
hand_over            R . I . . . . . . .
handed_back          . . I . . . . . . .
citizen_report       R C I P A N . . U .
report_picture       R . I . . . . . . .
answer               R . I . . . . . . .
batches              . . . P A N . . U .
batch                . . . P A N . . U .
batch_outlook        . . . P . . . . . .
propose_batch        . . . P . . . . . .
approve_batch        . . . . A . . . . .
certificate          R C I P A N . . U .
certificate_file     R C I P A N . . U .
revoke_certificate   . . . P A . . . . .
coverage_page        R C I P A N . . U D
coverage_progress    R C I P A N . . U D
coverage_due         R C I P A N . . U .
coverage_due_sheet   R C I P A N . . U .
coverage_file        R C I P A N . . U D
coverage_reports     R C I P A N . . U D
freeze_coverage      . C . P A . . . . .
frozen_file          R C I P A N . . U D
keys                 . . . . . N . H U D
checkpoint           . . . . . . . H . .
audit_trail          . . . . . . . . U .
check_trail          . . . . . . . . U .
accounts             . . . . . . . . . D
invite               . . . . . . . . . D
account_page         . . . . . . . . . D
new_link              . . . . . . . . . D
grant                . . . . . . . . . D
take_grant           . . . . . . . . . D
set_active           . . . . . . . . . D
decide_request       . . . . . . . . . D
"""
EXPECTED = {name: set(letters) - {"."} for name, *letters in (line.split() for line in TABLE.strip().splitlines())}
# A member of staff reads but does not write here.
READERS = ("N", "U")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[APIFlask]:
    """The application with a member of staff for each role and nothing else."""
    app = application(tmp_path_factory.mktemp("roles"), sqlite_template)
    app.config["WTF_CSRF_ENABLED"] = False
    database = app.extensions[EXTENSION].database
    with database.transaction() as session:
        accounts.create_accounts(session, hash_password=lambda text: text, today=datetime.now(UTC).date())
    yield app
    database.engine.dispose()


def _rules(app: APIFlask) -> dict[str, Rule]:
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("staff."):
            found[rule.endpoint.removeprefix("staff.")] = rule
    return found


def _path(rule: Rule) -> str:
    path = re.sub(r"<any\('([^']+)'[^>]*>", r"\1", str(rule))
    return re.sub(r"<[^>]+>", "x", re.sub(r"<int[^>]*>", "999", path))


def test_every_page_has_a_row() -> None:
    assert set(EXPECTED) == set(MAY_USE)


def test_the_rows_are_those_of_the_application(app: APIFlask) -> None:
    assert set(EXPECTED) == set(_rules(app))


@pytest.mark.parametrize(("letter", "sample"), SAMPLES.items(), ids=lambda given: str(given)[:1])
def test_a_role_opens_its_pages_and_no_others(app: APIFlask, letter: str, sample: SampleAccount) -> None:
    assert sample.roles == (LETTERS[letter],)
    client = app.test_client()
    assert client.post("/demo/login", data={"email": sample.email}).status_code == 302
    for name, rule in _rules(app).items():
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(_path(rule), method=method)
            refused = answer.status_code == 403
            assert refused == (letter not in EXPECTED[name]), f"{method} {rule}: {answer.status_code}"
            assert answer.status_code < 500, f"{method} {rule}"


def test_who_only_reads_has_no_act(app: APIFlask) -> None:
    acts = {name for name, rule in _rules(app).items() if "GET" not in (rule.methods or ())} - {"check_trail"}
    assert {name for name in acts if EXPECTED[name] & set(READERS)} == set()


@pytest.mark.parametrize(("letter", "sample"), SAMPLES.items(), ids=lambda given: str(given)[:1])
def test_the_desk_links_to_what_the_role_may_open(app: APIFlask, letter: str, sample: SampleAccount) -> None:
    client = app.test_client()
    client.post("/demo/login", data={"email": sample.email})
    page = client.get("/staff/").data.decode()
    rules = {str(rule): name for name, rule in _rules(app).items() if "GET" in (rule.methods or ())}
    links = set(re.findall(r'href="(/staff/[a-z/]+)"', page))
    assert links
    for link in links & set(rules):
        assert letter in EXPECTED[rules[link]], link
        assert client.get(link).status_code == 200
