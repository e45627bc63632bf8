"""Cleaning: cases sent back, lists handed over, merges with their trace, reports of citizens, closed sites.

Revision: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def _text(length: int) -> sa.String:
    return sa.String(length=length)


def upgrade() -> None:
    """Makes the tables."""
    op.add_column("site", sa.Column("closed_on", sa.Date(), nullable=True))
    op.create_table(
        "case_sent_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", _text(32), nullable=False),
        sa.Column("sent_to", _text(8), nullable=False),
        sa.Column("why", _text(400), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("withdrawn_at", _INSTANT, nullable=True),
        sa.CheckConstraint("sent_to IN ('site', 'citizen')", name="ck_case_sent_back_sent_to"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_case_sent_back_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_sent_back_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_sent_back"),
    )
    op.create_index("ix_case_sent_back_person_id", "case_sent_back", ["person_id"])
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("made_by", _text(255), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_hand_over_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
    )
    op.create_index("ix_hand_over_area_id", "hand_over", ["area_id"])
    op.create_table(
        "hand_over_row",
        sa.Column("hand_over_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", _text(32), nullable=False),
        sa.Column("outcome", _text(8), nullable=True),
        sa.Column("back_at", _INSTANT, nullable=True),
        sa.CheckConstraint("outcome IN ('settled', 'differs')", name="ck_hand_over_row_outcome"),
        sa.CheckConstraint("(outcome IS NULL) = (back_at IS NULL)", name="ck_hand_over_row_back"),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_over.id"], name="fk_hand_over_row_hand_over_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_hand_over_row_person_id"),
        sa.PrimaryKeyConstraint("hand_over_id", "number", name="pk_hand_over_row"),
    )
    op.create_index("ix_hand_over_row_person_id", "hand_over_row", ["person_id"])
    op.create_table(
        "record_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _text(8), nullable=False),
        sa.Column("kept_id", _text(32), nullable=False),
        sa.Column("gone_id", _text(32), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("why", _text(400), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", _INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('people', 'doses', 'split')", name="ck_record_merge_kind"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_record_merge_by_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["account.id"], name="fk_record_merge_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_record_merge"),
    )
    op.create_index("ix_record_merge_kept_id", "record_merge", ["kept_id"])
    op.create_index("ix_record_merge_gone_id", "record_merge", ["gone_id"])
    op.create_table(
        "citizen_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", _text(12), nullable=False),
        sa.Column("kind", _text(12), nullable=False),
        sa.Column("told", _text(1000), nullable=False),
        sa.Column("full_name", _text(80), nullable=False),
        sa.Column(
            "name_key", _text(80).with_variant(sa.String(length=80, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("birth_date", _text(10), nullable=False),
        sa.Column("phone", _text(15), nullable=True),
        sa.Column("email", _text(120), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("person_id", _text(32), nullable=True),
        sa.Column("state", _text(8), nullable=False),
        sa.Column("refusal", _text(24), nullable=True),
        sa.Column("answer", _text(400), nullable=True),
        sa.Column("filed_at", _INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('missing_dose', 'wrong_dose', 'wrong_person', 'other')", name="ck_citizen_report_kind"
        ),
        sa.CheckConstraint("state IN ('open', 'accepted', 'refused')", name="ck_citizen_report_state"),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="ck_citizen_report_refusal"),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="ck_citizen_report_answered"),
        sa.ForeignKeyConstraint(["answered_by_id"], ["account.id"], name="fk_citizen_report_answered_by_id"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_citizen_report_area_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_citizen_report_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_citizen_report"),
        sa.UniqueConstraint("number", name="uq_citizen_report_number"),
    )
    for column in ("area_id", "person_id", "state"):
        op.create_index(f"ix_citizen_report_{column}", "citizen_report", [column])


def downgrade() -> None:
    """Drops the tables."""
    for table in ("citizen_report", "record_merge", "hand_over_row", "hand_over", "case_sent_back"):
        op.drop_table(table)
    with op.batch_alter_table("site") as batch:
        batch.drop_column("closed_on")
