"""The shapes of background jobs and imports in the API."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passport.web.api_shapes import Bilingual, Strict

JOB_ID = r"[0-9a-f]{32}"
IMPORT_ID = r"[1-9][0-9]{0,8}"
AFTER = r"[0-9]{1,7}"


class ListIn(Strict):
    """A list as a form: the file, the site that gave the doses, the kind."""

    file: str = Field(description="XLSX, XLS or CSV", json_schema_extra={"format": "binary"})
    site: str
    kind: Literal["vaccination", "attendance"] = "vaccination"


class JobOut(Strict):
    """Background work; `failed` counts the rows or people of `done` that did not get through."""

    id: str
    kind: Literal["import", "check"]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    total: int | None
    done: int
    failed: int
    error: str | None = Field(description="the word of a reason")
    import_: int | None = Field(alias="import", description="the list, once its first rows are stored")
    created_at: str
    started_at: str | None
    finished_at: str | None


class ImportOut(Strict):
    """What became of a list: rows = new + known + refused, held among the new."""

    import_: int = Field(alias="import")
    rows: int
    new: int
    known: int
    held: int
    refused: int


class IssueOut(Strict):
    """One thing that is wrong with a row, or was repaired in it."""

    row: int
    column: str | None
    severity: Literal["refused", "held", "warned"]
    reason: str
    message: Bilingual


class RowOut(Strict):
    """A row of a list by the sheet's own number, without what was typed in it."""

    row: int
    outcome: Literal["new", "known", "refused"]
    held: bool
    settled: bool
    issues: list[IssueOut]


class RowsOut(Strict):
    """A page of rows of which something is to be said; the next one begins after the row `next`."""

    rows: list[RowOut]
    next: int | None
