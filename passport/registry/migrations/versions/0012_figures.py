"""The tally of sites, attendees found by where they live, employers by their folded names.

Revision: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from passport.domain.employers import employer_key

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TRIGGERS = {
    "attendee": ("attendee_added", "attendee_removed"),
    "dose": ("dose_added", "dose_changed", "dose_removed"),
    "person": ("person_changed",),
    "certificate": ("certificate_added", "certificate_came", "certificate_went", "certificate_removed"),
    "site_tally": ("summed",),
}
_KEY = sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table, which triggers and rows come to after it (tally_upkeep), and folds every employer."""
    op.create_table(
        "site_tally",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("summed", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("given", "entered", "verified", "confirmed", "issued")),
        sa.PrimaryKeyConstraint("id", name="pk_site_tally"),
    )
    op.create_index("ix_attendee_commune_id", "attendee", ["commune_id"])
    for name in ("person", "attendee"):
        op.add_column(name, sa.Column("employer_key", _KEY, nullable=True))
        _fold(name)


def downgrade() -> None:
    """Takes table, triggers and folded names away."""
    dialect = op.get_bind().dialect.name
    for events in _TRIGGERS.values():
        for event in events:
            name = f"site_tally_{event}"
            if dialect == "sqlite":
                op.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                op.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    op.drop_table("site_tally")
    op.drop_index("ix_attendee_commune_id", "attendee")
    for name in ("person", "attendee"):
        op.drop_column(name, "employer_key")


def _fold(name: str) -> None:
    """Folds each spelling once and looks at each row once."""
    connection = op.get_bind()
    table = sa.table(name, sa.column("employer", sa.String()), sa.column("employer_key", sa.String()))
    spellings = connection.scalars(sa.select(table.c.employer).where(table.c.employer.is_not(None)).distinct()).all()
    folded = sa.Table(
        "folded_employer",
        sa.MetaData(),
        sa.Column("employer", sa.String(), primary_key=True),
        sa.Column("key", sa.String()),
        prefixes=["TEMPORARY"],
    )
    folded.create(connection)
    if spellings:
        connection.execute(folded.insert(), [{"employer": told, "key": employer_key(told)} for told in spellings])
        key = sa.select(folded.c.key).where(folded.c.employer == table.c.employer).scalar_subquery()
        connection.execute(sa.update(table).where(table.c.employer.is_not(None)).values(employer_key=key))
    folded.drop(connection)
