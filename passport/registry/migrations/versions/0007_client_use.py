"""How much each client checks, by day and outcome.

Revision: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_use",
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_client_use_client_id"),
        sa.PrimaryKeyConstraint("client_id", "day", "outcome", name="pk_client_use"),
    )


def downgrade() -> None:
    op.drop_table("client_use")
