"""Coverage: the steps of each person, denominators, frozen reports.

Revision: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables; the triggers that fill the first of them come after every revision (coverage_upkeep)."""
    text = sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql")
    op.create_table(
        "person_steps",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("born", text, nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("complete_on", sa.Date(), nullable=True),
        sa.Column("booster_1_on", sa.Date(), nullable=True),
        sa.Column("booster_2_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_steps"),
    )
    op.create_index(
        "ix_person_steps_counted",
        "person_steps",
        ["commune_id", "sure", "born", "first_on", "complete_on", "booster_1_on", "booster_2_on"],
    )
    op.create_table(
        "population_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("age_group", sa.String(length=5), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.CheckConstraint("count >= 0", name="ck_population_count_count"),
        sa.CheckConstraint("age_group IN ('5-11', '12-17', '18+', '50+')", name="ck_population_count_age_group"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_population_count_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_population_count"),
        sa.UniqueConstraint("area_id", "age_group", "as_of", name="uq_population_count_dated"),
    )
    op.create_table(
        "coverage_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_coverage_report_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coverage_report"),
    )
    op.create_index("ix_coverage_report_area_id", "coverage_report", ["area_id"])


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in ("person", "dose"):
        for event in ("added", "changed", "removed"):
            name = f"person_steps_{table}_{event}"
            if dialect == "sqlite":
                op.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                op.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    op.drop_table("coverage_report")
    op.drop_table("population_count")
    op.drop_table("person_steps")
