"""Every table, and the catalogue of administrative units from registry/data/areas.csv.

Revision: 0001
Revises: nothing
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("default",)
depends_on = None

AREAS = Path(__file__).parents[2] / "data" / "areas.csv"
ERAS = {"2021": (date(2021, 1, 1), date(2025, 6, 30)), "2025": (date(2025, 7, 1), None)}
LEVELS = {2: "province", 3: "district", 5: "commune"}
TABLES = (  # in the order in which they can be dropped
    "correction",
    "certificate",
    "batch_member",
    "dose",
    "import_row",
    "attendee",
    "one_time_code",
    "list_import",
    "site",
    "role_grant",
    "person",
    "batch",
    "account_role",
    "role",
    "outbox_message",
    "client",
    "campaign",
    "audit_head",
    "audit_entry",
    "area",
    "account",
)

APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER audit_entry_no_{act} BEFORE {act} ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        for act in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_append_only()",
    ],
}


def upgrade() -> None:
    _create_tables()
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    _fill_area()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_append_only()")


def _compared(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _fill_area() -> None:
    with AREAS.open(encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    numbers = {(unit["era"], unit["code"]): number for number, unit in enumerate(units, start=1)}
    paths: dict[int, str] = {}
    rows = []
    for number, unit in enumerate(units, start=1):  # a parent and a successor stand before what points to them
        parent = numbers[unit["era"], unit["parent"]] if unit["parent"] else None
        paths[number] = f"{paths[parent] if parent else '/'}{number}/"
        valid_from, valid_to = ERAS[unit["era"]]
        rows.append(
            {
                "id": number,
                "code": unit["code"],
                "level": LEVELS[len(unit["code"])],
                "name": unit["name"],
                "parent_id": parent,
                "path": paths[number],
                "valid_from": valid_from,
                "valid_to": valid_to,
                "successor_id": numbers["2025", unit["successor"]] if unit["successor"] else None,
            }
        )
    area = sa.table(
        "area",
        *(sa.column(name) for name in ("id", "code", "level", "name", "parent_id", "path")),
        sa.column("valid_from", sa.Date),
        sa.column("valid_to", sa.Date),
        sa.column("successor_id"),
    )
    op.bulk_insert(area, rows)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval('area_id_seq', (SELECT max(id) FROM area))")


def _create_tables() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_account_fs_uniquifier"),
    )
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", _compared(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("level IN ('province', 'district', 'commune')", name="ck_area_level"),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name="fk_area_parent_id"),
        sa.ForeignKeyConstraint(["successor_id"], ["area.id"], name="fk_area_successor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_area"),
        sa.UniqueConstraint("code", "level", "valid_from", name="uq_area_code_level_valid_from"),
    )
    op.create_index("ix_area_parent_id", "area", ["parent_id"])
    op.create_index("ix_area_path", "area", ["path"])
    op.create_index("ix_area_successor_id", "area", ["successor_id"])
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sa.UniqueConstraint("hash", name="uq_audit_entry_hash"),
        sa.UniqueConstraint("previous_hash", name="uq_audit_entry_previous_hash"),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_audit_head_single"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("name", name="uq_campaign_name"),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
        sa.UniqueConstraint("key_hash", name="uq_client_key_hash"),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=120), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_message"),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.UniqueConstraint("name", name="uq_role_name"),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_role_account_id"),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_account_role_role_id"),
        sa.PrimaryKeyConstraint("account_id", "role_id", name="pk_account_role"),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'proposed') = (approved_by_id IS NULL)", name="ck_batch_approved"),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'issued')", name="ck_batch_state"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> proposed_by_id", name="ck_batch_four_eyes"),
        sa.ForeignKeyConstraint(["approved_by_id"], ["account.id"], name="fk_batch_approved_by_id"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_batch_area_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name="fk_batch_proposed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_index("ix_batch_area_id", "batch", ["area_id"])
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("full_name", sa.String(length=80), nullable=False),
        sa.Column("name_key", _compared(80), nullable=False),
        sa.Column("latin_name", sa.String(length=80), nullable=True),
        sa.Column("birth_date", sa.String(length=10), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("id_number", sa.String(length=20), nullable=True),
        sa.Column("insurance_number", sa.String(length=15), nullable=True),
        sa.Column("phone", sa.String(length=15), nullable=True),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("nationality", sa.String(length=2), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("priority_group", sa.String(length=60), nullable=True),
        sa.Column("employer", sa.String(length=200), nullable=True),
        sa.Column("identity_state", sa.String(length=10), nullable=False),
        sa.Column("identity_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "identity_state IN ('waiting', 'verified', 'wrong', 'not_found', 'no_id', 'bad_id')",
            name="ck_person_identity_state",
        ),
        sa.CheckConstraint("sex IN ('M', 'F')", name="ck_person_sex"),
        sa.ForeignKeyConstraint(["commune_id"], ["area.id"], name="fk_person_commune_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("id_number", "name_key", "birth_date", "sex", name="uq_person_natural"),
    )
    op.create_index("ix_person_commune_id", "person", ["commune_id"])
    op.create_index("ix_person_identity_state", "person", ["identity_state"])
    op.create_index("ix_person_name", "person", ["name_key", "birth_date"])
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_role_grant_account_id"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_role_grant_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
        sa.UniqueConstraint("account_id", "role", "area_id", name="uq_role_grant_account_id_role_area_id"),
    )
    op.create_index(
        "uq_role_grant_national", "role_grant", ["account_id", "role"], unique=True, **_where("area_id IS NULL")
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_site_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
        sa.UniqueConstraint("code", name="uq_site_code"),
    )
    op.create_index("ix_site_area_id", "site", ["area_id"])
    op.create_table(
        "list_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("layout", sa.String(length=20), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('vaccination', 'attendance')", name="ck_list_import_kind"),
        sa.CheckConstraint("state IN ('done', 'withdrawn')", name="ck_list_import_state"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_list_import_campaign_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name="fk_list_import_created_by_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_list_import_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_list_import"),
    )
    op.create_index(
        "uq_list_import_file",
        "list_import",
        ["site_id", "kind", "file_sha256"],
        unique=True,
        **_where("state <> 'withdrawn'"),
    )
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("recipient_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_one_time_code_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_code"),
    )
    op.create_index("ix_one_time_code_expires_at", "one_time_code", ["expires_at"])
    op.create_index("ix_one_time_code_person_id", "one_time_code", ["person_id"])
    op.create_index("ix_one_time_code_recipient", "one_time_code", ["recipient_hash", "sent_at"])
    op.create_table(
        "attendee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("full_name", sa.String(length=80), nullable=False),
        sa.Column("name_key", _compared(80), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("sex", sa.String(length=1), nullable=True),
        sa.Column("id_number", sa.String(length=20), nullable=True),
        sa.Column("phone", sa.String(length=15), nullable=True),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("employer", sa.String(length=200), nullable=True),
        sa.Column("priority_group", sa.String(length=60), nullable=True),
        sa.Column("planned_dose", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["commune_id"], ["area.id"], name="fk_attendee_commune_id"),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"], name="fk_attendee_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attendee"),
    )
    op.create_index("ix_attendee_id_number", "attendee", ["id_number"])
    op.create_index("ix_attendee_import_id", "attendee", ["import_id"])
    op.create_index("ix_attendee_name_key", "attendee", ["name_key"])
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("issues", sa.JSON(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("outcome IN ('new', 'known', 'refused')", name="ck_import_row_outcome"),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"], name="fk_import_row_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_row"),
        sa.UniqueConstraint("import_id", "row", name="uq_import_row_import_id_row"),
    )
    op.create_table(
        "dose",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("import_row_id", sa.Integer(), nullable=True),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('primary', 'additional', 'booster')", name="ck_dose_kind"),
        sa.CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="ck_dose_confirmed"),
        sa.CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> entered_by_id", name="ck_dose_four_eyes"),
        sa.CheckConstraint("number BETWEEN 1 AND 9", name="ck_dose_number"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_dose_campaign_id"),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["account.id"], name="fk_dose_confirmed_by_id"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["account.id"], name="fk_dose_entered_by_id"),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"], name="fk_dose_import_id"),
        sa.ForeignKeyConstraint(["import_row_id"], ["import_row.id"], name="fk_dose_import_row_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_dose_person_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_dose_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dose"),
        sa.UniqueConstraint("person_id", "given_on", "product", "number", "lot", name="uq_dose_natural"),
    )
    op.create_index("ix_dose_import_id", "dose", ["import_id"])
    op.create_index("ix_dose_import_row_id", "dose", ["import_row_id"])
    op.create_index("ix_dose_person_id", "dose", ["person_id"])
    op.create_index("ix_dose_site_id", "dose", ["site_id"])
    op.create_table(
        "batch_member",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("dose_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_member_batch_id"),
        sa.ForeignKeyConstraint(["dose_id"], ["dose.id"], name="fk_batch_member_dose_id"),
        sa.PrimaryKeyConstraint("batch_id", "dose_id", name="pk_batch_member"),
    )
    op.create_index("ix_batch_member_dose_id", "batch_member", ["dose_id"])
    op.create_table(
        "certificate",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("identifier", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("dose_id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=True),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revocation_reason", sa.String(length=200), nullable=True),
        sa.Column("replaced_by_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="ck_certificate_revoked"),
        sa.CheckConstraint("state IN ('reserved', 'abandoned') OR text IS NOT NULL", name="ck_certificate_text"),
        sa.CheckConstraint("state IN ('reserved', 'abandoned', 'issued', 'revoked')", name="ck_certificate_state"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_certificate_batch_id"),
        sa.ForeignKeyConstraint(["dose_id"], ["dose.id"], name="fk_certificate_dose_id"),
        sa.ForeignKeyConstraint(["issued_by_id"], ["account.id"], name="fk_certificate_issued_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_certificate_person_id"),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["certificate.id"], name="fk_certificate_replaced_by_id"),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["account.id"], name="fk_certificate_revoked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("identifier", name="uq_certificate_identifier"),
    )
    op.create_index("ix_certificate_batch_id", "certificate", ["batch_id"])
    op.create_index("ix_certificate_dose_id", "certificate", ["dose_id"])
    op.create_index("ix_certificate_person_id", "certificate", ["person_id"])
    op.create_index("uq_certificate_issued", "certificate", ["dose_id"], unique=True, **_where("state = 'issued'"))
    op.create_index("uq_certificate_reserved", "certificate", ["dose_id"], unique=True, **_where("state = 'reserved'"))
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("dose_id", sa.String(length=32), nullable=True),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=True),
        sa.Column("after", sa.String(length=200), nullable=True),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_correction_by_id"),
        sa.ForeignKeyConstraint(["dose_id"], ["dose.id"], name="fk_correction_dose_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_correction_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_person_id", "correction", ["person_id"])
