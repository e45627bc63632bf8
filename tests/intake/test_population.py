"""The population register: its stand-in, its protocol over HTTP, and what counts as away."""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from passport.domain.dates import PartialDate
from passport.domain.people import Child, GuardianAnswer, Identity, PopulationAnswer, Sex
from passport.errors import InputError, Refusal, Refused
from passport.intake.population import HttpPopulation, population_service
from passport.intake.standin import COLUMNS, EmbeddedPopulation

EXTRACT = "\ufeff" + "\n".join(
    [
        ",".join(COLUMNS),
        "p1,037090001234,164000111,Nguyễn Văn Ánh,1990-01-02,M,0912345678,h1,14620,37,alive",
        "p2,037190001235,,Trần Thị Bưởi,1990-05,F,,h1,14620,37,alive",
        "p3,037050001236,,Lê Văn Cũ,1950-03-04,M,,h2,14620,37,deceased",
        "p4,037080001237,,Phạm Văn Dư,1980-03-04,M,,h2,14620,37,unregistered",
    ]
)
ANH = Identity("Nguyễn Văn Ánh", Sex.MALE, PartialDate(1990, 1, 2), "037090001234")


@pytest.fixture
def standin(tmp_path: Path) -> EmbeddedPopulation:
    standin = EmbeddedPopulation(tmp_path / "folder with #" / "population.db")
    assert standin.load(EXTRACT.encode()) == 4
    return standin


def identity(name: str = ANH.full_name, born: str = "1990-01-02", number: str = ANH.id_number) -> Identity:
    return Identity(name, Sex.MALE, PartialDate.parse(born), number)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (ANH, PopulationAnswer.RIGHT),
        (identity(name=unicodedata.normalize("NFD", "  nguyễn  VĂN ánh ")), PopulationAnswer.RIGHT),
        (identity(number="164000111"), PopulationAnswer.RIGHT),
        (identity(name="Nguyễn Văn Anh"), PopulationAnswer.WRONG),
        (identity(born="1990-01-03"), PopulationAnswer.WRONG),
        (identity(born="1990"), PopulationAnswer.WRONG),
        (Identity(ANH.full_name, Sex.FEMALE, ANH.born, ANH.id_number), PopulationAnswer.WRONG),
        (Identity("Trần Thị Bưởi", Sex.FEMALE, PartialDate(1990, 5), "037190001235"), PopulationAnswer.RIGHT),
        (Identity("Lê Văn Cũ", Sex.MALE, PartialDate(1950, 3, 4), "037050001236"), PopulationAnswer.WRONG),
        (Identity("Phạm Văn Dư", Sex.MALE, PartialDate(1980, 3, 4), "037080001237"), PopulationAnswer.NOT_FOUND),
        (identity(number="037090009999"), PopulationAnswer.NOT_FOUND),
        (identity(number=""), PopulationAnswer.NOT_FOUND),
    ],
)
def test_the_standin_compares_four_fields(
    standin: EmbeddedPopulation, asked: Identity, answer: PopulationAnswer
) -> None:
    assert standin.check([asked]) == [answer]


def test_a_register_that_was_never_loaded_is_away(tmp_path: Path) -> None:
    assert EmbeddedPopulation(tmp_path / "none.db").check([ANH, ANH]) == [PopulationAnswer.AWAY] * 2


def test_nine_digits_that_two_people_of_one_name_and_day_bear_are_ambiguous(tmp_path: Path) -> None:
    twice = EmbeddedPopulation(tmp_path / "population.db")
    other = "p5,079090001239,164000111,Nguyễn Văn Ánh,1990-01-02,M,,h9,26734,79,alive"
    twice.load(f"{EXTRACT}\n{other}".encode())
    assert twice.check([identity(number="164000111"), ANH]) == [PopulationAnswer.AMBIGUOUS, PopulationAnswer.RIGHT]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"person_id,cccd\n1,2\n", Refusal.MISSING_COLUMN),
        (b"", Refusal.MISSING_COLUMN),
        (EXTRACT.encode("utf-16"), Refusal.WRONG_ENCODING),
        ((EXTRACT + '\np5,"' + "x" * 200_000).encode(), Refusal.UNREADABLE_FILE),
    ],
)
def test_a_bad_extract_leaves_the_register_as_it_was(standin: EmbeddedPopulation, data: bytes, reason: Refusal) -> None:
    with pytest.raises(InputError) as caught:
        standin.load(data)
    assert caught.value.reason is reason
    assert standin.check([ANH]) == [PopulationAnswer.RIGHT]


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"items": {}}, {"items": [1]}, {"items": [{"full_name": "A"}]}, {"items": [{}] * 1001},
     {"items": [{"full_name": "A", "sex": "X", "born": "1990", "id_number": "1"}]},
     {"items": [{"full_name": "A", "sex": "M", "born": 1990, "id_number": "1"}]}],
)  # fmt: skip
def test_another_shape_of_question_is_refused(standin: EmbeddedPopulation, body: object) -> None:
    with pytest.raises(InputError) as caught:
        standin.answer(body)
    assert caught.value.reason is Refusal.BAD_OPTION


NA = Child("Nguyễn Thị Na", PartialDate(2017, 5, 6), "037317001239")
FAMILY = "\n".join(
    [
        EXTRACT,
        "p6,037317001239,,Nguyễn Thị Na,2017-05-06,F,,h1,14620,37,alive",
        "p7,037300001240,,Nguyễn Thị Chị,2000-05-06,F,,h1,14620,37,alive",
        "p8,037090009000,,Người Lạ,1990-01-02,M,,,14620,37,alive",
        "p9,037317001241,,Trẻ Lạ,2017-05-06,F,,,14620,37,alive",
        "p10,037317001242,,Trẻ Chưa Rõ,,F,,h1,14620,37,alive",
    ]
)


@pytest.mark.parametrize(
    ("number", "child", "answer"),
    [
        ("037090001234", NA, GuardianAnswer.YES),
        ("164000111", replace(NA, full_name=unicodedata.normalize("NFD", " nguyễn thị  NA")), GuardianAnswer.YES),
        ("037300001240", NA, GuardianAnswer.NO),  # a sister of seventeen years more
        ("037090009000", NA, GuardianAnswer.NO),
        ("037090009000", Child("Trẻ Lạ", PartialDate(2017, 5, 6), "037317001241"), GuardianAnswer.NO),  # no household
        ("037317001239", NA, GuardianAnswer.NO),
        ("037090001234", Child("Trẻ Chưa Rõ", PartialDate(2017), "037317001242"), GuardianAnswer.NO),  # no birth date
        ("037090001234", replace(NA, full_name="Nguyễn Thị Nà"), GuardianAnswer.NO),
        ("037090001234", replace(NA, born=PartialDate(2017)), GuardianAnswer.NO),
        ("037090001234", replace(NA, id_number="037317009999"), GuardianAnswer.NO),
    ],
)
def test_the_standin_takes_grown_ups_of_a_household_for_guardians(
    standin: EmbeddedPopulation, number: str, child: Child, answer: GuardianAnswer
) -> None:
    standin.load(FAMILY.encode())
    assert standin.is_guardian(number, child) is answer


@pytest.mark.parametrize("body", [None, [], {}, {"guardian": "1"}, {"guardian": "1", "child": {"born": "x"}}], ids=str)
def test_another_shape_of_question_about_guardians_is_refused(standin: EmbeddedPopulation, body: object) -> None:
    with pytest.raises(InputError):
        standin.answer_guardian(body)


Reply = Callable[[object], tuple[int, bytes]]


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], str]]:
    """A register on the loopback that answers as it is told."""
    servers: list[ThreadingHTTPServer] = []

    def start(reply: Reply) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the library's name
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, data = reply(body) if self.path in ("/check", "/guardian") else (404, b"")
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Silent."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_protocol_over_http(standin: EmbeddedPopulation, serve: Callable[[Reply], str]) -> None:
    asked: list[int] = []

    def reply(body: object) -> tuple[int, bytes]:
        assert isinstance(body, dict)
        asked.append(len(body["items"]))
        return 200, json.dumps(standin.answer(body)).encode()

    people = [ANH, identity(name="Khác"), identity(number="037090009999")] * 100
    answers = HttpPopulation(serve(reply)).check(people)
    assert answers == [PopulationAnswer.RIGHT, PopulationAnswer.WRONG, PopulationAnswer.NOT_FOUND] * 100
    assert asked == [200, 100]


def test_the_question_about_guardians_over_http(
    standin: EmbeddedPopulation, serve: Callable[[Reply], str], tmp_path: Path
) -> None:
    standin.load(FAMILY.encode())
    register = HttpPopulation(serve(lambda body: (200, json.dumps(standin.answer_guardian(body)).encode())))
    assert register.is_guardian("037090001234", NA) is GuardianAnswer.YES
    assert register.is_guardian("037300001240", NA) is GuardianAnswer.NO
    unloaded = EmbeddedPopulation(tmp_path / "none.db")
    never = HttpPopulation(serve(lambda body: (200, json.dumps(unloaded.answer_guardian(body)).encode())))
    assert never.is_guardian("037090001234", NA) is GuardianAnswer.AWAY
    for status in (404, 405, 501):
        older = HttpPopulation(serve(lambda _, status=status: (status, b"")))
        assert older.is_guardian("037090001234", NA) is GuardianAnswer.UNKNOWN_QUESTION
    assert HttpPopulation("http://127.0.0.1:9").is_guardian("037090001234", NA) is GuardianAnswer.AWAY


@pytest.mark.parametrize(
    "reply",
    [
        (500, b""),
        (200, b"not json"),
        (200, b"[]"),
        (200, b'{"answers": []}'),
        (200, b'{"answers": ["maybe"]}'),
        (200, b'{"answers": 3}'),
        (200, b'{"answer": true}'),
        (200, b'{"answer": []}'),
    ],
)
def test_whatever_is_no_proper_answer_is_away(reply: tuple[int, bytes], serve: Callable[[Reply], str]) -> None:
    register = HttpPopulation(serve(lambda _: reply))
    assert register.check([ANH]) == [PopulationAnswer.AWAY]
    assert register.is_guardian("037090001234", NA) is GuardianAnswer.AWAY


def test_nobody_listening_is_away() -> None:
    assert HttpPopulation("http://127.0.0.1:9").check([ANH]) == [PopulationAnswer.AWAY]


def test_a_standin_refuses_to_run_in_production(tmp_path: Path) -> None:
    path = tmp_path / "population.db"
    assert isinstance(population_service(url="", standin=path, production=False), EmbeddedPopulation)
    assert isinstance(population_service(url="https://register", standin=path, production=True), HttpPopulation)
    with pytest.raises(Refused) as caught:
        population_service(url="", standin=path, production=True)
    assert caught.value.reason is Refusal.DEMO_IN_PRODUCTION
