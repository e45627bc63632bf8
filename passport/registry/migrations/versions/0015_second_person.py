"""What waits for a second administrator; sessions of agencies that the server knows.

Revision: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(role IS NULL) <> (token_hash IS NULL)", name="ck_staff_request_one"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_staff_request_account_id"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_staff_request_area_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name="fk_staff_request_asked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_request"),
        sa.UniqueConstraint("token_hash", name="uq_staff_request_token_hash"),
    )
    op.create_index("ix_staff_request_account_id", "staff_request", ["account_id"])
    op.create_table(
        "agency_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_agency_session_client_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_agency_session"),
    )
    op.create_index("ix_agency_session_client_id", "agency_session", ["client_id"])
    op.create_index("ix_agency_session_ends_at", "agency_session", ["ends_at"])


def downgrade() -> None:
    op.drop_table("agency_session")
    op.drop_table("staff_request")
