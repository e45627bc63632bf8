"""The rules read the same to both engines: SQLGlot parses them as each would and writes them for the other."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from passport.intake.linkage.steps import RESULTS, RULES, Step, read_steps

STEPS = read_steps(RULES)


def as_read_by(dialect: str, sql: str) -> str:
    """What `dialect` understands, written in DuckDB's words; Spark's cast of strings is DuckDB's TRY_CAST."""
    tree = sqlglot.parse_one(sql, read=dialect)
    for cast in list(tree.find_all(exp.TryCast)):
        cast.replace(exp.Cast(this=cast.this, to=cast.to))
    for ordered in tree.find_all(exp.Ordered):  # NULLs sort at different ends; no key of ours is NULL
        ordered.set("nulls_first", None)
    return tree.sql(dialect="duckdb")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_both_engines_read_the_same(step: Step) -> None:
    assert as_read_by("duckdb", step.sql) == as_read_by("spark", step.sql)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_only_what_both_engines_compute_alike(step: Step) -> None:
    tree = sqlglot.parse_one(step.sql, read="duckdb")
    functions = {node.sql_name() for node in tree.find_all(exp.Func)} - {"CASE", "AND", "OR"}  # IF: a branch of CASE
    assert functions <= {
        "ABS", "CAST", "COALESCE", "COUNT", "IF", "LEAD", "LENGTH", "LEVENSHTEIN", "MAX", "ROW_NUMBER", "SUBSTRING",
        "SUM",
    }  # fmt: skip
    assert not list(tree.find_all(exp.Div, exp.RegexpLike, exp.Like))
    numbers = [node.this for node in tree.find_all(exp.Literal) if not node.is_string]
    assert all(number.isdigit() for number in numbers)  # a fraction could round differently
    assert step.sql.isascii()
    for window in tree.find_all(exp.Window):
        order = window.args.get("order")
        if order is not None:
            assert order.expressions[-1].this.sql() == "pid", "an order that ties differently on every machine"


def test_the_steps_are_complete() -> None:
    names = [step.name for step in STEPS]
    assert len(set(names)) == len(names)
    assert set(RESULTS.values()) <= set(names)
    made = [step.made for step in STEPS]
    assert set(made) == {"once", "part", "view"}
    assert "once" not in made[made.count("once") :], "what is made once reads nothing that is made for each part"
