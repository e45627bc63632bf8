"""`make spark`: the same decisions by DuckDB and by Spark, alone and on a cluster of which a worker is killed.

    python -m tests.spark.cluster [ROWS]

A small list on Spark inside one process first; then ROWS rows (100,000) on a master and two workers on the loopback,
one of which is killed in the middle. Every line of both results must be the same.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyspark

from passport.demo.linkage_data import JUDGING_SEEDS, write_linkage_files
from passport.intake.linkage.linking import link_files
from tests.intake.linkage.conftest import TODAY

HOST = "127.0.0.1"
SMALL, ROWS = 3_000, 100_000
KILLED_AFTER = 10  # seconds after Spark has begun to decide
_CLASSES = "org.apache.spark.deploy"


def decide(folder: Path, engine: str, master: str, begun: Callable[[], object]) -> list[str]:
    """The lines that an engine writes; calls `begun` when Spark begins to decide."""

    def progress(stage: str) -> None:
        print(f"  {stage}", flush=True)
        if stage == "Spark: decisions":
            begun()

    output = folder / f"{engine}.csv"
    start = time.perf_counter()
    link_files(
        rows=str(folder / "rows.csv"), population=str(folder / "population.csv"), output=str(output), engine=engine,
        level="strict", memory="1GB", spark_master=master, today=TODAY, progress=progress,
    )  # fmt: skip
    print(f"{engine} {master}: {time.perf_counter() - start:.0f} s", flush=True)
    return output.read_text("utf-8").splitlines()


def compare(folder: Path, *, rows: int, master: str, begun: Callable[[], object] = lambda: None) -> None:
    """Links a list with both engines and stops at the first line that differs."""
    write_linkage_files(folder, people=rows, rows=rows, seed=JUDGING_SEEDS[3], today=TODAY)
    spark, duckdb = decide(folder, "spark", master, begun), decide(folder, "duckdb", "", begun)
    differing = [pair for pair in zip(spark, duckdb, strict=True) if pair[0] != pair[1]]
    if differing:
        raise SystemExit(f"{len(differing)} of {len(spark)} lines differ, first {differing[0]}")
    print(f"{len(spark) - 1:,} decisions, all the same", flush=True)


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A master and two workers of one core each: the master's URL and the workers."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    url = f"spark://{HOST}:{port}"
    program = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    environment = os.environ | {"SPARK_LOCAL_IP": HOST, "SPARK_WORKER_MEMORY": "2g", "SPARK_WORKER_DIR": str(folder)}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [program, *arguments], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        )

    processes = [start(f"{_CLASSES}.master.Master", "--host", HOST, "--port", str(port), "--webui-port", "0")]
    _wait_for(port)
    processes += [start(f"{_CLASSES}.worker.Worker", "--cores", "1", "--webui-port", "0", url) for _ in range(2)]
    os.environ["SPARK_LOCAL_IP"] = HOST
    try:
        yield url, processes[1:]
    finally:
        for process in processes:
            _kill(process)


def _wait_for(port: int) -> None:
    for _ in range(120):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(1)
    raise SystemExit("the master does not answer")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a process of Spark with the executors it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main(rows: int) -> None:
    """Both comparisons."""
    with TemporaryDirectory(prefix="spark-") as name:
        compare(Path(name), rows=SMALL, master="local[2]")
    with TemporaryDirectory(prefix="spark-") as name, cluster(Path(name)) as (url, workers):
        killer = threading.Timer(KILLED_AFTER, lambda: (print("  one worker is killed", flush=True), _kill(workers[0])))
        killer.daemon = True
        compare(Path(name), rows=rows, master=url, begun=killer.start)
        if workers[0].poll() is None:
            raise SystemExit("done before a worker was killed: try more rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
