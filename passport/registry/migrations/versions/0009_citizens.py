"""Messages that are handed on by a worker, codes for whoever reports, guardians of children.

Revision: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("outbox_message", sa.Column("until", _INSTANT, nullable=True))
    op.add_column("outbox_message", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox_message", sa.Column("next_at", _INSTANT, nullable=True))
    op.create_table(
        "report_code",
        sa.Column("code_id", sa.String(length=32), nullable=False),
        sa.Column("told", sa.JSON(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["code_id"], ["one_time_code.id"], name="fk_report_code_code_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["report_id"], ["citizen_report.id"], name="fk_report_code_report_id"),
        sa.PrimaryKeyConstraint("code_id", name="pk_report_code"),
    )
    op.create_index("ix_report_code_report_id", "report_code", ["report_id"])
    op.create_table(
        "guardianship",
        sa.Column("guardian_id", sa.String(length=32), nullable=False),
        sa.Column("child_id", sa.String(length=32), nullable=False),
        sa.Column("paper", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name="fk_guardianship_guardian_id"),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name="fk_guardianship_child_id"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_guardianship_by_id"),
        sa.PrimaryKeyConstraint("guardian_id", "child_id", name="pk_guardianship"),
    )
    op.create_index("ix_guardianship_child_id", "guardianship", ["child_id"])


def downgrade() -> None:
    op.drop_table("guardianship")
    op.drop_table("report_code")
    for column in ("next_at", "tries", "until"):
        op.drop_column("outbox_message", column)
