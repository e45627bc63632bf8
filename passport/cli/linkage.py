"""`flask linkage`: which person of a register each row of a list means. Touches no database of the service."""

from __future__ import annotations

import click
from rich.console import Console

from passport.cli.output import emit_json, json_option, say, told
from passport.house import clock, current_house
from passport.intake.linkage.linking import ENGINES, LEVELS, link_files

COMMAND = click.Group("linkage", help="Which person of a register each row of a list means.")


@COMMAND.command("run")
@click.option("--rows", required=True, metavar="FILE", help="The list: CSV with a header, or Parquet.")
@click.option("--population", required=True, metavar="FILE", help="The extract of the register, likewise.")
@click.option("-o", "output", required=True, metavar="FILE", help="The decisions: .csv or .parquet.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
@click.option("--level", type=click.Choice(LEVELS), default=LEVELS[0], show_default=True)
@json_option
@told
def run(rows: str, population: str, output: str, engine: str, level: str, as_json: bool) -> None:
    """Links a list to an extract of the register, row by row."""
    house = current_house()
    console = Console(stderr=True)
    with console.status("linkage") as status:  # draws on a terminal only
        linked = link_files(
            rows=rows,
            population=population,
            output=output,
            engine=engine,
            level=level,
            memory=house.settings.linkage_memory,
            spark_master=house.settings.spark_master,
            today=house.today(clock()),
            progress=status.update,
        )
    counts = {
        "rows": linked.rows, "people": linked.people,
        "accept": linked.accepted, "review": linked.review, "none": linked.none,
    }  # fmt: skip
    if as_json and output != "-":
        emit_json(counts)
    else:
        say(" · ".join(f"{name} {count:,}" for name, count in counts.items()))
