"""The steps of each person as numbers of days: counted several times as fast as dates.

Revision: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_DAYS = ("first_on", "complete_on", "booster_1_on", "booster_2_on")


def upgrade() -> None:
    """Puts a new table in the place of the old one; triggers and rows come after it (coverage_upkeep)."""
    _drop("person_steps", {"person": ("added", "changed", "removed"), "dose": ("added", "changed", "removed")})
    _create("person_step_days", born=sa.Integer(), day=sa.Integer())


def downgrade() -> None:
    """Leaves the old table empty; what counted it makes its triggers and rows anew."""
    _drop(
        "person_step_days",
        {
            "person": ("added", "changed", "removed"),
            "primary": ("added",),
            "booster": ("added",),
            "dose": ("changed", "removed"),
        },
    )
    born = sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql")
    _create("person_steps", born=born, day=sa.Date())


def _drop(table: str, triggers: dict[str, tuple[str, ...]]) -> None:
    dialect = op.get_bind().dialect.name
    for what, events in triggers.items():
        for event in events:
            name = f"{table}_{what}_{event}"
            if dialect == "sqlite":
                op.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                op.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    op.drop_table(table)


def _create(table: str, *, born: sa.types.TypeEngine[str] | sa.Integer, day: sa.Date | sa.Integer) -> None:
    op.create_table(
        table,
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("born", born, nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        *(sa.Column(name, day, nullable=True) for name in _DAYS),
        sa.PrimaryKeyConstraint("person_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_counted", table, ["commune_id", "sure", "born", *_DAYS])
