"""By when identities are put right, pictures with reports, guardians linked by the population register.

Revision: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_CASES = "('wrong', 'not_found', 'ambiguous', 'no_id', 'bad_id')"
_OPEN = sa.text("case_since IS NOT NULL")


def upgrade() -> None:
    """Cases that are open began when the register answered, or with the record."""
    op.add_column("person", sa.Column("case_since", _INSTANT, nullable=True))
    since = "COALESCE(identity_checked_at, created_at)"
    op.execute(f"UPDATE person SET case_since = {since} WHERE identity_state IN {_CASES}")  # noqa: S608  # constants
    op.create_index(
        "ix_person_case", "person", ["case_since", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "report_picture",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code_id", sa.String(length=32), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("until", _INSTANT, nullable=True),
        sa.CheckConstraint("(code_id IS NULL) <> (report_id IS NULL)", name="ck_report_picture_of"),
        sa.ForeignKeyConstraint(
            ["code_id"], ["report_code.code_id"], name="fk_report_picture_code_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["report_id"], ["citizen_report.id"], name="fk_report_picture_report_id"),
        sa.PrimaryKeyConstraint("id", name="pk_report_picture"),
    )
    for column in ("code_id", "report_id", "until"):
        op.create_index(f"ix_report_picture_{column}", "report_picture", [column])
    with op.batch_alter_table("guardianship") as table:
        table.alter_column("paper", existing_type=sa.String(length=200), nullable=True)
        table.alter_column("by_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("ended_at", _INSTANT, nullable=True))
        table.create_check_constraint("ck_guardianship_how", "(paper IS NULL) = (by_id IS NULL)")


def downgrade() -> None:
    """Links that no member of staff made end, and of ended ones nothing is left."""
    op.execute("DELETE FROM guardianship WHERE by_id IS NULL OR ended_at IS NOT NULL")
    with op.batch_alter_table("guardianship") as table:
        table.drop_constraint("ck_guardianship_how", type_="check")
        table.drop_column("ended_at")
        table.alter_column("by_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("paper", existing_type=sa.String(length=200), nullable=False)
    op.drop_table("report_picture")
    op.drop_index("ix_person_case", "person")
    op.drop_column("person", "case_since")
