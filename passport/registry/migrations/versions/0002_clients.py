"""What a client may ask in a minute and in whose name; writes under a key.

Revision: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

USUAL_LIMIT = "1200"  # checks a minute, of clients made before limits were their own


def upgrade() -> None:
    with op.batch_alter_table("client") as client:
        client.add_column(sa.Column("checks_per_minute", sa.Integer(), nullable=False, server_default=USUAL_LIMIT))
        client.add_column(sa.Column("acting_id", sa.Integer(), nullable=True))
        client.create_foreign_key("fk_client_acting_id", "account", ["acting_id"], ["id"])
    with op.batch_alter_table("client") as client:
        client.alter_column("checks_per_minute", server_default=None)
    op.create_table(
        "idempotency",
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_idempotency_client_id"),
        sa.PrimaryKeyConstraint("client_id", "key", name="pk_idempotency"),
    )


def downgrade() -> None:
    op.drop_table("idempotency")
    with op.batch_alter_table("client") as client:
        client.drop_constraint("fk_client_acting_id", type_="foreignkey")
        client.drop_column("acting_id")
        client.drop_column("checks_per_minute")
