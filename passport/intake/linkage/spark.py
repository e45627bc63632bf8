"""Runs the same rules on Spark, over all rows at once: the cluster shares them out. Needs the extra `spark`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from passport.errors import Refusal, Unavailable
from passport.intake.linkage.steps import RESULTS, RULES, read_steps
from passport.intake.linkage.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_INPUTS = {"listed": "all_listed", "people": "people", "options": "options"}


def decide_on_spark(workspace: Workspace, *, master: str, progress: Callable[[str], None]) -> None:
    """Makes `decided` and `candidate` from `all_listed`, `people` and `options`, as `decide_embedded` does.

    The workers of a cluster read and write the workspace's folder, so they must share the file system it is on.
    Raises Unavailable (service_away) when Spark is not installed or does not answer.
    """
    for name, table in _INPUTS.items():
        workspace.run(f"COPY {table} TO '{workspace.folder}/{name}.parquet' (FORMAT parquet)")
    progress(f"starting Spark on {master}")
    with _session(master, workspace) as session:
        for name in _INPUTS:
            session.read.parquet(f"{workspace.folder}/{name}.parquet").createOrReplaceTempView(name)
        for step in read_steps(RULES):
            session.sql(step.sql).cache().createOrReplaceTempView(step.name)
        for result, part in RESULTS.items():
            progress(f"Spark: {part}")
            session.table(part).write.parquet(f"{workspace.folder}/{result}")
    for result in RESULTS:
        workspace.table(result, "SELECT * FROM read_parquet(?)", f"{workspace.folder}/{result}/*.parquet")


@contextmanager
def _session(master: str, workspace: Workspace) -> Iterator[SparkSession]:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1") if master.startswith("local") else None
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Unavailable(Refusal.SERVICE_AWAY, "Spark (the extra `spark` is not installed)") from error
    try:
        session = (
            SparkSession.builder.master(master)
            .appName("linkage")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "8")
            .config("spark.local.dir", str(workspace.folder))
            .getOrCreate()
        )
        try:
            yield session
        finally:
            session.stop()
    except PySparkException as error:
        raise Unavailable(Refusal.SERVICE_AWAY, f"Spark on {master}") from error
