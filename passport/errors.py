"""The one error tree and the one catalogue of reasons, each with its sentences in Vietnamese and English.

    PassportError(reason, detail)
    ├── InputError    the caller must change what was sent (a file, an option, a form field)
    ├── Refused       a policy says no; nothing is wrong with the input itself
    ├── TrustError    a credential failed a step of the check
    └── Unavailable   a dependency is away; the same call may succeed later

A reason is a stable word, never re-used. Its sentences live in `data/reasons.json`, so that checking a
certificate needs no translation library. Only `web.errors` knows HTTP and only `cli` knows exit codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path


class Reason(StrEnum):
    """Why a certificate was not accepted: the reasons of a verdict, in the order of its steps."""

    UNREADABLE_IMAGE = "unreadable_image"
    NOT_A_CERTIFICATE = "not_a_certificate"
    UNSUPPORTED_VERSION = "unsupported_version"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    BAD_COMPRESSION = "bad_compression"
    BAD_STRUCTURE = "bad_structure"
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm"
    UNKNOWN_ISSUER = "unknown_issuer"
    BAD_SIGNATURE = "bad_signature"
    KEY_NOT_ALLOWED = "key_not_allowed"
    KEY_WITHDRAWN = "key_withdrawn"
    BAD_CONTENT = "bad_content"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    KEY_EXPIRED = "key_expired"
    REVOKED = "revoked"
    RULE_FAILED = "rule_failed"
    HOLDER_DIFFERS = "holder_differs"
    RULES_OPEN = "rules_open"
    LISTS_STALE = "lists_stale"
    UNAVAILABLE = "unavailable"


class RowReason(StrEnum):
    """What is wrong with one cell or row of a list (INTERFACES section 3)."""

    MISSING_VALUE = "missing_value"
    TOO_LONG = "too_long"
    CONTROL_CHARACTERS = "control_characters"
    FORMULA = "formula"
    BAD_NAME = "bad_name"
    BAD_BIRTH_DATE = "bad_birth_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    BAD_SEX = "bad_sex"
    MISSING_ID = "missing_id"
    BAD_ID = "bad_id"
    ID_DISAGREES = "id_disagrees"
    BAD_PHONE = "bad_phone"
    BAD_INSURANCE_NUMBER = "bad_insurance_number"
    UNKNOWN_VACCINE = "unknown_vaccine"
    BAD_LOT = "bad_lot"
    BAD_DOSE_NUMBER = "bad_dose_number"
    BAD_DOSE_KIND = "bad_dose_kind"
    BAD_VACCINATION_DATE = "bad_vaccination_date"
    DATE_IN_FUTURE = "date_in_future"
    DATE_BEFORE_BIRTH = "date_before_birth"
    DATE_BEFORE_APPROVAL = "date_before_approval"
    INTERVAL_TOO_SHORT = "interval_too_short"
    AGE_OUTSIDE_SCHEDULE = "age_outside_schedule"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_SITE = "unknown_site"
    CONFLICT = "conflict"
    DUPLICATE_ROW = "duplicate_row"
    NO_PERSON = "no_person"


class Refusal(StrEnum):
    """Why an act inside the house was refused or an input could not be used: files, people, certificates, staff."""

    # Files and options: InputError
    UNREADABLE_FILE = "unreadable_file"
    EMPTY_FILE = "empty_file"
    WRONG_ENCODING = "wrong_encoding"
    FILE_TOO_LARGE = "file_too_large"
    NO_HEADER = "no_header"
    MISSING_COLUMN = "missing_column"
    REPEATED_COLUMN = "repeated_column"
    TOO_MANY_ROWS = "too_many_rows"
    BAD_OPTION = "bad_option"
    BAD_SETTING = "bad_setting"
    BAD_KEY_FILE = "bad_key_file"
    OTHER_REQUEST = "other_request"
    # Looked for and not there: InputError
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_CERTIFICATE = "unknown_certificate"
    UNKNOWN_BATCH = "unknown_batch"
    UNKNOWN_IMPORT = "unknown_import"
    UNKNOWN_JOB = "unknown_job"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_REQUEST = "unknown_request"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_AREA = "unknown_area_code"
    UNKNOWN_SITE = "unknown_site_code"
    LINK_SPENT = "link_spent"
    LINK_WAITS = "link_waits"
    # Policy: Refused
    NOT_PERMITTED = "not_permitted"
    SAMPLES_ONLY = "samples_only"
    OWN_ENTRY = "own_entry"
    OWN_PROPOSAL = "own_proposal"
    NO_DOSE = "no_dose"
    DOSE_HELD = "dose_held"
    DOSE_UNCONFIRMED = "dose_unconfirmed"
    IDENTITY_UNVERIFIED = "identity_unverified"
    NO_LATIN_NAME = "no_latin_name"
    PRODUCT_NOT_CERTIFIABLE = "product_not_certifiable"
    BATCH_NOT_APPROVED = "batch_not_approved"
    BATCH_CLOSED = "batch_closed"
    NOT_VIEWED = "not_viewed"
    OWN_ACCOUNT = "own_account"
    OWN_REQUEST = "own_request"
    NOTHING_TO_PROPOSE = "nothing_to_propose"
    SECOND_PERSON = "second_person"
    ALREADY_ISSUED = "already_issued"
    ALREADY_REVOKED = "already_revoked"
    BOTH_CERTIFIED = "both_certified"
    ALREADY_CONFIRMED = "already_confirmed"
    IMPORT_CONFIRMED = "import_confirmed"
    IN_PROGRESS = "in_progress"
    NO_ACTIVE_SIGNER = "no_active_signer"
    SELF_CHECK_FAILED = "self_check_failed"
    DEMO_IN_PRODUCTION = "demo_in_production"
    # Dependencies: Unavailable
    SERVICE_AWAY = "service_away"
    NOT_MIGRATED = "not_migrated"


AnyReason = Reason | RowReason | Refusal
_ONE_OF_MANY = re.compile(r"\b1 (day|dose|row)s\b")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in both languages of the service."""

    vi: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """The sentence as it stands in a verdict or an import report."""
        return {"vi": self.vi, "en": self.en}


@cache
def _catalogue() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    path = Path(__file__).parent / "data" / "reasons.json"
    catalogue: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(path.read_text("utf-8"))
    return catalogue


class _Gaps(dict[str, object]):
    """Leaves a placeholder without a value empty instead of failing while an error is told."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(
    reason: AnyReason, variant: str | None = None, values: Mapping[str, Sentence | object] | None = None
) -> Sentence:
    """What is so: the sentence of `reason`, or of its `variant`, with `values` filled in.

    A value may itself be a `Sentence` (a date or a name that reads differently in the two languages).
    """
    return _fill(reason, variant, "message", values or {})


def advice(
    reason: AnyReason, variant: str | None = None, values: Mapping[str, Sentence | object] | None = None
) -> Sentence:
    """What to do next: the second sentence of `reason`, or of its `variant`."""
    return _fill(reason, variant, "advice", values or {})


def verdict_sentences() -> dict[str, Mapping[str, Mapping[str, str]]]:
    """The entries of the catalogue that a verdict may tell, by reason and `reason.variant`."""
    told = {reason.value for reason in Reason}
    return {name: entry for name, entry in _catalogue().items() if name.partition(".")[0] in told}


def _fill(reason: AnyReason, variant: str | None, part: str, values: Mapping[str, Sentence | object]) -> Sentence:
    catalogue = _catalogue()
    entry = catalogue.get(f"{reason.value}.{variant}") if variant else None
    entry = entry or catalogue[reason.value]

    def told(language: str) -> str:
        spoken = {k: getattr(v, language) if isinstance(v, Sentence) else v for k, v in values.items()}
        text = entry.get(f"{part}_{language}", "")
        return str(text).format_map(_Gaps(spoken))

    return Sentence(vi=told("vi"), en=_ONE_OF_MANY.sub(r"1 \1", told("en")))  # Vietnamese has no plural


class PassportError(Exception):
    """The root: a `reason` for programs, a `detail` for logs and help desks, `values` for its sentence.

    `detail` never holds personal data or secrets; `variant` picks a more exact sentence of the same reason.
    """

    def __init__(
        self,
        reason: AnyReason,
        detail: str | None = None,
        *,
        variant: str | None = None,
        values: Mapping[str, Sentence | object] | None = None,
    ) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.variant = variant
        self.values = dict(values or {})

    @property
    def message(self) -> Sentence:
        """What is so, in both languages."""
        return sentence(self.reason, self.variant, {"detail": self.detail or "", **self.values})

    @property
    def advice(self) -> Sentence:
        """What to do next, in both languages."""
        return advice(self.reason, self.variant, {"detail": self.detail or "", **self.values})


class InputError(PassportError):
    """The caller must change what was sent."""


class Refused(PassportError):
    """A policy of the house says no."""


class TrustError(PassportError):
    """A credential failed a step of its check."""


class Unavailable(PassportError):
    """Something needed does not answer now."""
