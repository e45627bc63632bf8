"""The files of a linkage run: what can be read, and what is told when it cannot."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Protocol

import duckdb
import pytest
from click.testing import Result

from passport.app import create_app
from tests.intake.linkage.test_rules import LAN, ROW

ROWS = [
    ROW,
    ROW | {"row_id": "1", "full_name": 'Lê "Văn", Tuấn', "id_no": "", "phone": "", "dob": ""},
    {**ROW, "row_id": ""},
]


def _csv(path: Path, rows: list[dict[str, str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


class Run(Protocol):
    """Runs the command from a file to a file."""

    def __call__(self, rows: Path | str, output: Path | None = None, *options: str, stdin: bytes = b"") -> Result: ...


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`flask linkage run` in a service whose database nobody made."""
    app = create_app({"PASSPORT_DATABASE_URL": f"sqlite:///{tmp_path}/none.db", "PASSPORT_KEYS_DIR": str(tmp_path)})
    population = _csv(tmp_path / "population.csv", [LAN])

    def run(rows: Path | str, output: Path | None = None, *options: str, stdin: bytes = b"") -> Result:
        files = ["--rows", str(rows), "--population", str(population), "-o", str(output or tmp_path / "out.csv")]
        with app.app_context():
            return app.test_cli_runner().invoke(args=["linkage", "run", *files, *options], input=stdin)

    return run


COLUMNS = ["row_id", "decision", "person_id", "rule", "reason", "lead", "candidates"]


def test_one_line_a_row_in_the_order_of_the_list(run: Run, tmp_path: Path) -> None:
    result = run(_csv(tmp_path / "rows.csv", ROWS), tmp_path / "out.csv", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"rows": 3, "people": 1, "accept": 2, "review": 0, "none": 1}
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == COLUMNS
    assert [line[:5] for line in lines[1:]] == [
        ["1", "accept", "lan", "R1", "agrees"],
        ["1", "none", "", "", "nobody_like_this"],
        ["", "accept", "lan", "R1", "agrees"],
    ]
    assert json.loads(lines[1][6]) == [{"person_id": "lan", "points": 66, "differs": []}]
    assert lines[2][6] == "[]"


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-8", ";"), ("utf-8", "\t")], ids=["bom", "semicolon", "tab"]
)
def test_spreadsheets_dialects(run: Run, tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [{name.upper() if name != "dob" else " Dob ": value for name, value in row.items()} for row in ROWS]
    result = run(_csv(tmp_path / "rows.csv", rows, encoding=encoding, delimiter=delimiter))
    assert result.exit_code == 0, result.output
    assert "accept 2" in result.stderr


def test_parquet_in_and_out_with_types(run: Run, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 7 AS row_id, 37190012345 AS id_no, 'Nguyễn Thị Lan' AS full_name, DATE '1990-02-15' AS dob,"
            " 'F' AS sex, NULL AS phone, 'Kim Sơn' AS commune, 'Ninh Bình' AS province, 1 AS more)"
            f" TO '{tmp_path}/rows.parquet' (FORMAT parquet)"
        )
        result = run(tmp_path / "rows.parquet", tmp_path / "out.parquet")
        assert result.exit_code == 0, result.output
        found = connection.execute(f"SELECT * FROM '{tmp_path}/out.parquet'")
        assert [column[0] for column in found.description] == COLUMNS
        assert found.fetchall()[0][:4] == ("7", "accept", "lan", "R1")


def test_stdin(run: Run, tmp_path: Path) -> None:
    path = _csv(tmp_path / "rows.csv", ROWS)
    result = run("-", tmp_path / "out.csv", stdin=path.read_bytes())
    assert result.exit_code == 0, result.output
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 4


def test_a_list_without_rows(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(",".join(ROW) + "\n", "utf-8")
    assert run(tmp_path / "rows.csv").exit_code == 0
    assert (tmp_path / "out.csv").read_text("utf-8").splitlines() == [",".join(COLUMNS)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty_file"),
        (b"row_id,id_no\n1,2\n", "missing_column: The column “full_name”"),
        (b"\x00\x01\x02\x03" * 100, "missing_column"),
        (",".join(ROW).encode() + b"\n" + "1,2,Nguy\u1ec5n,,,,,\n".encode("utf-16"), "unreadable_file"),
        (b"PAR1 but nothing more", "unreadable_file"),
        (",".join(ROW).encode() + b'\n1,"never closed,3\n', "unreadable_file"),
        (",".join(ROW).encode() + b"\n1,2,3\n", "Line: 2"),
    ],
)
def test_files_that_cannot_be_read(run: Run, tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "rows.csv").write_bytes(content)
    result = run(tmp_path / "rows.csv")
    assert result.exit_code == 2, (result.output, result.exception)
    assert told in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_no_file_and_no_place_to_write(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path / "none.csv").exit_code == 2
    assert run(_csv(tmp_path / "rows.csv", ROWS), tmp_path / "no" / "folder.csv").exit_code == 2
