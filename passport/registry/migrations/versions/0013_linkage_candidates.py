"""Whom linkage takes a case of the cleaning queue for.

Revision: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "linkage_candidate",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("differs", sa.JSON(), nullable=False),
        sa.Column("full_name", sa.String(length=80), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("id_number", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_linkage_candidate_by_id"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_linkage_candidate_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "place", name="pk_linkage_candidate"),
    )


def downgrade() -> None:
    """Forgets them; the next run of linkage finds them again."""
    op.drop_table("linkage_candidate")
