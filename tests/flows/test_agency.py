"""An agency's day: a group of forty on one sheet, a list of codes, a key that is rolled, a test key that is refused."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from apiflask import APIFlask
from cryptography.hazmat.primitives.serialization import Encoding
from flask.testing import FlaskClient
from PIL import Image

from passport.demo.people import KIM_SON, SamplePerson, invent_people
from passport.house import EXTENSION, House, clock
from passport.registry.clients import create_client
from passport.rendering.sheets import SheetColumn, text_sheet
from passport.tasks import groups
from passport.tasks.groups import KEPT, LEFT, sweep_groups
from passport.tasks.queue import EXTENSION as QUEUE
from passport.tasks.queue import Queue
from passport.trust.keyring import import_keys
from passport.web.limits import LIMITER
from tests.forging import Authority, repack, unpack, vaccination
from tests.serving import application

TODAY = datetime.now(UTC)
LONG = timedelta(days=700)
ATTACK = '=HYPERLINK("http://evil.example")'


class Office:
    """An issuer, a group of forty, and the certificates that they bring."""

    def __init__(self, keys_dir: Path) -> None:
        self.real = Authority(organisation="Ministry of XA", not_before=TODAY - LONG, not_after=TODAY + LONG)
        pem = self.real.certificate.public_bytes(Encoding.PEM)
        import_keys(keys_dir, [("xa.pem", pem)], production=False, now=TODAY)
        self.people = list(invent_people(seed=5, commune=KIM_SON, today=date(2026, 11, 21), count=40))

    def code(self, person: SamplePerson, *, lasts: int = 365, **changes: object) -> str:
        """The certificate of a person: two doses of two, unless told otherwise."""
        family, _space, given = person.full_name.partition(" ")
        dose = {"dt": (TODAY - timedelta(days=100)).date().isoformat(), "ci": f"URN:UVCI:01:XA:{person.id_number}"}
        whole = vaccination(fn=family, gn=given, dob=person.born.isoformat(), **dose | changes)
        for part in ("fnt", "gnt"):
            del whole["nam"][part]
        whole["nam"] |= _latin(family, given)
        ends, began = TODAY + timedelta(days=lasts), TODAY - timedelta(days=30)
        return self.real.code(whole, claims={4: int(ends.timestamp()), 6: int(began.timestamp())})


def _latin(family: str, given: str) -> dict[str, str]:
    from passport.domain.names import transliterate

    return {"fnt": transliterate(family), "gnt": transliterate(given)}


@pytest.fixture
def app(tmp_path: Path, sqlite_template: Path) -> APIFlask:
    app = application(tmp_path, sqlite_template)
    app.config["WTF_CSRF_ENABLED"] = False
    LIMITER.reset()
    return app


@pytest.fixture
def house(app: APIFlask) -> House:
    house: House = app.extensions[EXTENSION]
    return house


@pytest.fixture
def office(house: House) -> Office:
    return Office(house.settings.keys_dir)


def key_of(house: House, *scopes: str) -> str:
    """The key of a new agency."""
    with house.database.transaction() as session:
        _client, key = create_client(session, name="Lữ hành <b>Sao</b>", scopes=scopes, now=TODAY)
    return key


def signed_in(app: APIFlask, key: str, wanted: str = "") -> FlaskClient:
    """A browser in which the agency of `key` is signed in."""
    client = app.test_client()
    answer = client.post("/agency/sign-in", data={"key": key, "next": wanted})
    assert answer.status_code == 302
    return client


def passenger_list(people: Iterable[SamplePerson]) -> bytes:
    """The list as a booking system writes it: surname and given names apart, another column between."""
    columns = [SheetColumn(title) for title in ("No", "Surname", "Given names", "Sex", "Date of birth", "PNR")]
    rows = (
        [str(n), *p.full_name.split(" ", 1), p.sex, p.born.strftime("%d/%m/%Y"), f"PNR-{n}"]
        for n, p in enumerate(people, start=1)
    )
    return text_sheet(name="Passengers", columns=columns, rows=rows)


def symbol(text: str) -> Image.Image:
    """A code as a picture; the house's own writer takes a quarter of a second for each."""
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q").to_image(
        scale=4, add_quiet_zones=True
    )
    height, width = drawn.shape
    return Image.frombytes("L", (width, height), bytes(drawn))


def png(text: str) -> bytes:
    """That picture as a file."""
    out = io.BytesIO()
    symbol(text).save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    """A picture that says it has a thousand million pixels."""
    picture = bytearray(png("x"))
    picture[16:24] = (32_000).to_bytes(4) * 2
    return bytes(picture)


def section(page: str, place: str) -> str:
    """One part of the sheet."""
    found = re.search(rf'<section class="part part--{place}".*?</section>', page, re.DOTALL)
    assert found, place
    return found[0]


def tally(page: str) -> dict[str, int]:
    """The numbers at the head of the sheet."""
    found = re.findall(r'data-place="(\w+)">.*?<dd>(\d+)</dd>', page, re.DOTALL)
    return {place: int(number) for place, number in found}


def work_off(app: APIFlask) -> None:
    """Does what waits in the queue, as a worker does."""
    queue: Queue = app.extensions[QUEUE]
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)


def group_files(office: Office) -> list[tuple[io.BytesIO, str]]:
    """Forty passengers: three bring nothing, one has a single dose, one has an expired code; hostile files between."""
    people, code = office.people, office.code
    pictures = [(png(code(person)), f"{n}.png") for n, person in enumerate(people[:33])]
    pdf = io.BytesIO()
    symbol(code(people[33])).save(pdf, "PDF")
    first, second = (code(people[34], dn=n, ci=f"URN:UVCI:01:XA:TWO{n}") for n in (1, 2))
    stranger = next(invent_people(seed=6, commune=KIM_SON, today=date(2026, 11, 21), count=1))
    forged = repack([*unpack(code(people[37]))[:3], unpack(code(stranger))[3]])
    others = [
        (pdf.getvalue(), "33.pdf"),
        (png(first), "34-first.png"),
        (png(second), "34-second.png"),
        (png(second), "34-again.png"),
        (png(code(people[35], dn=1)), "35-one-dose.png"),
        (png(code(people[36], lasts=-2)), "36-expired.png"),
        (png(code(stranger)), "stranger.png"),
        (png(forged), "forged.png"),
        (bomb(), "bomb.png"),
        (b"%PDF-1.7\n" + b"\x00" * 400, "broken.pdf"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>.png"),
        (b"", "empty.png"),
    ]
    return [(io.BytesIO(data), name) for data, name in (*pictures, *others)]


def test_a_group_of_forty(app: APIFlask, house: House, office: Office) -> None:
    client = signed_in(app, key_of(house, "verify", "verify:batch"), "agency_own.group_form")
    form = {
        "list": (io.BytesIO(passenger_list(office.people)), "đoàn.xlsx"),
        "files": group_files(office),
        "policy": "vn-domestic",
    }
    sent = client.post("/agency/group", data=form, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    address = sent.headers["Location"]
    waiting = client.get(address + "?lang=en")
    assert waiting.headers["Refresh"] == "2"
    assert "0 of 45 files read" in waiting.text
    folder = house.settings.instance_dir / "groups" / address.rpartition("/")[2]
    assert folder.stat().st_mode & 0o077 == 0
    work_off(app)

    page = client.get(address + "?lang=en")
    assert "Refresh" not in page.headers
    assert tally(page.text) == {"refused": 2, "missing": 3, "unmatched": 6, "accepted": 35}
    refused = section(page.text, "refused")
    assert "Not enough doses for this rule: 1 of 2 given." in refused
    assert "The QR code ends on" in refused
    assert office.people[35].full_name in refused
    assert office.people[36].full_name in refused
    missing = section(page.text, "missing")
    assert [p.full_name in missing for p in office.people[37:]] == [True] * 3
    assert "PNR-40" in missing
    accepted = section(page.text, "accepted")
    assert "2 certificates were judged together." in accepted
    assert "34-first.png" in accepted
    assert "34-again.png" in accepted
    assert "33.pdf" in accepted
    unmatched = section(page.text, "unmatched")
    for name in ("stranger.png", "forged.png", "bomb.png", "broken.pdf", "empty.png"):
        assert name in unmatched
    assert "The digital signature is wrong" in unmatched
    assert "The certificate fits no passenger." in unmatched
    assert "<script>alert" not in page.text
    assert "Lữ hành &lt;b&gt;Sao" in page.text
    assert "40 passengers on the list · 45 files read" in page.text

    assert {file.name for file in folder.iterdir()} == {"asked.json", "state.json", "sheet.json", ".lock"}
    other = signed_in(app, key_of(house, "verify:batch"))
    assert other.get(address).status_code == 404
    used = client.get("/agency?lang=en").text
    assert re.search(r"Checks of the last 30 days.*?>45<.*?>37<.*?>8<.*?>0<", used, re.DOTALL)
    assert client.post(address + "/delete").status_code == 303
    assert client.get(address).status_code == 404
    assert not folder.exists()


def _sent_as(client: FlaskClient, name: str, data: str) -> str:
    """Under which name a list comes back that was sent as `name`, written as RFC 8187 does."""
    head = f"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''{name}\r\n\r\n"
    answer = client.post(
        "/agency/list", data=f"{head}{data}\r\n--x--\r\n".encode(), content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 200, answer.text
    return answer.headers["Content-Disposition"]


def test_a_list_comes_back_with_its_results_and_no_formula(app: APIFlask, house: House, office: Office) -> None:
    client = signed_in(app, key_of(house, "verify:batch"), "agency_own.list_form")
    first, second = office.people[:2]
    rows = [
        ["1", office.code(first), first.full_name, first.born.isoformat(), ATTACK],
        ["2", office.code(second, dn=1), second.full_name, second.born.isoformat(), "+84 900 000 000"],
        ["3", office.code(first), second.full_name, second.born.isoformat(), "@SUM(1)"],
        ["4", ATTACK, "", "", "ghi chú"],
    ]
    titles = ["ref", "credential", "họ tên", "ngày sinh", "ghi chú"]
    expected = [
        ("valid", ""),
        ("invalid", "rule_failed"),
        ("invalid", "holder_differs"),
        ("invalid", "not_a_certificate"),
    ]

    def send(data: bytes, name: str) -> bytes:
        form = {"file": (io.BytesIO(data), name), "policy": "vn-domestic"}
        answer = client.post("/agency/list?lang=en", data=form, content_type="multipart/form-data")
        assert answer.status_code == 200, answer.text
        assert name.rpartition(".")[0] in answer.headers["Content-Disposition"]
        return answer.data

    typed = io.StringIO()
    csv.writer(typed, delimiter=";").writerows([titles, *rows])
    back = list(
        csv.reader(io.StringIO(send(typed.getvalue().encode(), "codes.csv").decode("utf-8-sig")), delimiter=";")
    )
    assert back[0] == [*titles, "outcome", "reason", "message"]
    assert [(row[5], row[6]) for row in back[1:]] == expected
    assert [row[4] for row in back[1:]] == [f"'{ATTACK}", "'+84 900 000 000", "'@SUM(1)", "ghi chú"]
    assert back[4][1] == f"'{ATTACK}"
    assert back[2][7] == "Not enough doses for this rule: 1 of 2 given."

    book = text_sheet(name="Codes", columns=[SheetColumn(title) for title in titles], rows=rows)
    with zipfile.ZipFile(io.BytesIO(send(book, "codes.xlsx"))) as archive:
        markup = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in markup
    assert "HYPERLINK" in markup
    assert "holder_differs" in markup
    assert "twolines" in _sent_as(client, "two%0D%0Alines.csv", typed.getvalue())
    wrong = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv")}
    refused = client.post("/agency/list?lang=en", data=wrong, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "No column with the texts of certificates was found." in refused.text


def test_what_nobody_takes_up_is_swept(
    app: APIFlask, house: House, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, key_of(house, "verify:batch"))
    form = {
        "list": (io.BytesIO(passenger_list(office.people[:1])), "list.xlsx"),
        "files": [(io.BytesIO(png("x")), "x.png")],
    }
    address = client.post("/agency/group", data=form, content_type="multipart/form-data").headers["Location"]
    group_id = address.rpartition("/")[2]
    folder = house.settings.instance_dir / "groups" / group_id
    assert sweep_groups(house) == []

    def later(by: timedelta) -> None:
        monkeypatch.setattr(groups, "clock", lambda: clock() + by)

    later(LEFT * 2)  # its worker died
    assert sweep_groups(house) == [group_id]
    (folder / "0").unlink()  # a break in the middle of deleting
    groups.run_group(house, group_id)
    assert sweep_groups(house) == [group_id]
    later(KEPT * 2)
    assert sweep_groups(house) == []
    assert not folder.exists()
    assert client.get(address).status_code == 404
