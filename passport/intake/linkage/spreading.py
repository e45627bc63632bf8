"""Work on many values, spread over all cores; a list of some thousands is not worth starting processes for."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from os import cpu_count

WORTH = 100_000  # values; starting the processes takes about a second
AHEAD = 2  # chunks for each process that wait or are done, so that memory stays bounded

Chunk = list[tuple[int, str]]
FormsOf = Callable[[str], Iterable[str]]


def written(forms_of: FormsOf, chunk: Chunk) -> str:
    """CSV lines of each value's number and forms."""
    out = io.StringIO()
    csv.writer(out).writerows([number, *forms_of(raw)] for number, raw in chunk)
    return out.getvalue()


class Spread:
    """The processes of one run, started when they are first worth it; `forms_of` must be a function of a module."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._pool: ProcessPoolExecutor | None = None

    def over(self, chunks: Iterable[Chunk], *, values: int, forms_of: FormsOf) -> Iterator[str]:
        """The `written` of each chunk, in order."""
        processes = cpu_count() or 1
        if values < WORTH or processes == 1:
            yield from (written(forms_of, chunk) for chunk in chunks)
            return
        if self._pool is None:
            # Fresh processes: DuckDB's threads would not survive a fork.
            self._pool = self._stack.enter_context(ProcessPoolExecutor(processes, mp_context=get_context("spawn")))
        waiting: deque[Future[str]] = deque()
        for chunk in chunks:
            waiting.append(self._pool.submit(written, forms_of, chunk))
            if len(waiting) >= processes * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
