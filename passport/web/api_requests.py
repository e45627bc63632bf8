"""The shapes of what a check is asked with in the API (INTERFACES section 5); `verifying.request` reads them.

A test holds both together. Fields with a default may be absent; the default itself is no part of the shape.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, RootModel

from passport.rules.policies import POLICIES
from passport.verifying.holder import NAME_LIMIT
from passport.verifying.request import REF_LIMIT
from passport.verifying.several import CREDENTIALS_LEAST, CREDENTIALS_MOST
from passport.web.api_shapes import Strict
from passport.web.bodies import BATCH_LIMIT
from passport.web.date_patterns import BORN, CLOCK

_POLICY_NAMES = sorted({policy.name for policy in POLICIES})
At = Annotated[
    str, Field(pattern=f"^(?:{CLOCK})$", description="clock of the check, RFC 3339 or a date", examples=["2027-01-15"])
]
Country = Annotated[str, Field(pattern="^[A-Za-z]{2}$", description="country of arrival", examples=["DE"])]
Policy = Annotated[str, Field(json_schema_extra={"enum": _POLICY_NAMES}, examples=["vn-domestic"])]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT, pattern=r"\S", examples=["Nguyễn Văn An"])]
Born = Annotated[
    str, Field(pattern=f"^(?:{BORN})$", description="YYYY[-MM[-DD]] or [[dd/]mm/]yyyy", examples=["1990-01-02"])
]
Ref = Annotated[
    str,
    Field(
        max_length=REF_LIMIT,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
        description="your own reference; it is echoed",
        examples=["PNR-123"],
    ),
]


class HolderIn(Strict):
    """Who presents the certificate, as the identity document says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    name: Name | None = None
    born: Born | None = None


class Terms(Strict):
    """What a check is made for; each field may be left out."""

    at: At | None = None
    country: Country | None = None
    policy: Policy | None = None


class _Check(Terms):
    holder: HolderIn | None = None
    ref: Ref | None = None


class OneCheckIn(_Check):
    """The check of one credential."""

    credential: str = Field(description="the text of the code", examples=["HC1:…"])
    credentials: None = None


class JointCheckIn(_Check):
    """The check of several credentials of one person, judged together."""

    credential: None = None
    credentials: list[str] = Field(
        min_length=CREDENTIALS_LEAST, max_length=CREDENTIALS_MOST, description="texts of one person"
    )


class CheckIn(RootModel[OneCheckIn | JointCheckIn]):
    """One check: exactly one of `credential` and `credentials`."""


class BatchIn(Terms):
    """Up to 1,000 checks; `at`, `country` and `policy` hold for items that name none."""

    items: list[CheckIn | Any] = Field(
        min_length=1,
        max_length=BATCH_LIMIT,
        description="checks as in /verifications; what is none gets a problem in its place and spoils only itself",
    )


class PictureIn(Strict):
    """One check of a picture or PDF; the fields beside it are those of a JSON check.

    The holder is `holder` as JSON text, or the two fields `name` and `born` by themselves, which win.
    """

    image: bytes = Field(json_schema_extra={"format": "binary"}, description="PNG, JPEG, WebP or PDF")
    at: At = ""
    country: Country = ""
    policy: Policy = ""
    holder: HolderIn = Field(default_factory=HolderIn)
    name: Name = ""
    born: Born = ""
    ref: Ref = ""
