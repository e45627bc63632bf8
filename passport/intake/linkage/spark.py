"""Runs the same rules on Spark, over all rows at once: the cluster shares them out. Needs the extra `spark`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passport.errors import Refusal, Unavailable
from passport.intake.linkage.steps import RESULTS, RULES, read_steps
from passport.intake.linkage.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_INPUTS = {"listed": "all_listed", "people": "people", "options": "options"}
_TASK_ROWS = 50_000  # of the list, in one task


def decide_on_spark(workspace: Workspace, *, master: str, progress: Callable[[str], object]) -> None:
    """Makes `decided` and `candidate` from `all_listed`, `people` and `options`, as `decide_embedded` does.

    The workers of a cluster read and write the workspace's folder, so they must share the file system it is on.
    Raises Unavailable (service_away) when Spark is not installed or does not answer.
    """
    for name, table in _INPUTS.items():
        workspace.run(f"COPY {table} TO '{workspace.folder}/{name}.parquet' (FORMAT parquet)")
    progress(f"starting Spark on {master}")
    tasks = 2 + workspace.number("SELECT COUNT(*) FROM all_listed") // _TASK_ROWS
    with _session(master, folder=workspace.folder, tasks=tasks) as session:
        for name in _INPUTS:
            session.read.parquet(f"{workspace.folder}/{name}.parquet").createOrReplaceTempView(name)
        for step in read_steps(RULES):
            found = session.sql(step.sql)
            (found.cache() if step.made == "part" else found).createOrReplaceTempView(step.name)
        for result, part in RESULTS.items():
            progress(f"Spark: {part}")
            session.table(part).write.parquet(f"{workspace.folder}/{result}")
    for result in RESULTS:
        workspace.table(result, "SELECT * FROM read_parquet(?)", f"{workspace.folder}/{result}/*.parquet")


@contextmanager
def _session(master: str, *, folder: Path, tasks: int) -> Iterator[SparkSession]:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Unavailable(Refusal.SERVICE_AWAY, "Spark (the extra `spark` is not installed)") from error
    settings: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.local.dir": str(folder),
        "spark.sql.shuffle.partitions": str(tasks),
    }
    if master.startswith("local"):
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    try:
        session = SparkSession.builder.master(master).appName("linkage").config(map=settings).getOrCreate()
        try:
            yield session
        finally:
            session.stop()
    except PySparkException as error:
        raise Unavailable(Refusal.SERVICE_AWAY, f"Spark on {master}") from error
