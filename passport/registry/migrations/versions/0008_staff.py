"""One-time links for staff, spent codes of the second factor, certificates viewed by approvers.

Revision: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("tf_last_counter", sa.Integer(), nullable=True))
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_invitation_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("account_id", name="uq_invitation_account_id"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_table(
        "batch_view",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("dose_id", sa.String(length=32), nullable=False),
        sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_view_batch_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_batch_view_account_id"),
        sa.ForeignKeyConstraint(["dose_id"], ["dose.id"], name="fk_batch_view_dose_id"),
        sa.PrimaryKeyConstraint("batch_id", "account_id", "dose_id", name="pk_batch_view"),
    )
    op.create_index("ix_batch_view_dose_id", "batch_view", ["dose_id"])


def downgrade() -> None:
    op.drop_table("batch_view")
    op.drop_table("invitation")
    op.drop_column("account", "tf_last_counter")
