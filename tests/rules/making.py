"""Rules and certificates for the tests of rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from passport.domain.certificate import Certificate, DoseStatement, Holder, Kind
from passport.domain.dates import PartialDate
from passport.domain.names import Transliterated
from passport.rules.schedules import by_product_code

NOON = datetime(2022, 3, 1, 12, tzinfo=UTC)
PFIZER, JANSSEN, EPIVAC = "EU/1/20/1528", "EU/1/20/1525", "EpiVacCorona"


def document(identifier: str = "VR-XB-0001", **changes: Any) -> dict[str, Any]:
    """A rule that everybody meets, changed."""
    usual = {
        "Identifier": identifier,
        "Type": "Acceptance",
        "Country": identifier[3:5],
        "Version": "1.0.0",
        "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC",
        "EngineVersion": "0.7.5",
        "CertificateType": "Vaccination",
        "Description": [{"lang": "de", "desc": "Immer."}, {"lang": "en", "desc": "Always."}],
        "ValidFrom": "2021-01-01T00:00:00Z",
        "ValidTo": "2030-01-01T00:00:00Z",
        "AffectedFields": ["v.0"],
        "Logic": True,
    }
    return usual | changes


def certificate(
    product: str | None = PFIZER,
    number: int | None = 2,
    of: int | None = 2,
    given: str = "2022-01-01",
    **changes: Any,
) -> Certificate:
    """An EU certificate of one dose as it was read and believed."""
    dose = DoseStatement("840539006", None, product, None, number, of, date.fromisoformat(given), "VN")
    vaccine = by_product_code(product or "")
    entry = {
        "tg": dose.disease,
        "vp": vaccine.vp if vaccine else None,
        "mp": product,
        "ma": vaccine.ma if vaccine else None,
        "dn": number,
        "sd": of,
        "dt": given,
        "co": "VN",
        "is": "Ministry",
        "ci": "URN:UVCI:01:VN:ABC#K",
    }
    usual: dict[str, Any] = {
        "format": "hc1",
        "kind": Kind.VACCINATION,
        "identifier": "URN:UVCI:01:VN:ABC#K",
        "issuer": "VN",
        "country": "VN",
        "key_id": "0011223344556677",
        "issued_at": datetime(2022, 1, 2, 3, tzinfo=UTC),
        "expires_at": datetime(2023, 1, 2, 3, tzinfo=UTC),
        "holder": Holder("Nguyễn", "Văn An", Transliterated("NGUYEN", "VAN<AN"), PartialDate(1990, 1, 2)),
        "doses": (dose,),
        "payload": {"ver": "1.3.0", "dob": "1990-01-02", "nam": {"fnt": "NGUYEN", "gnt": "VAN<AN"}, "v": [entry]},
    }
    return Certificate(**(usual | changes))
