"""How an identity was verified, and the numbers that people had before theirs was renewed.

Revision: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("identity_how", sa.String(length=10), nullable=True))
    op.create_table(
        "former_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_former_number_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_former_number_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_former_number"),
        sa.UniqueConstraint("person_id", "number", name="uq_former_number_person_id_number"),
    )
    op.create_index("ix_former_number_number", "former_number", ["number"])


def downgrade() -> None:
    op.drop_table("former_number")
    op.drop_column("person", "identity_how")
