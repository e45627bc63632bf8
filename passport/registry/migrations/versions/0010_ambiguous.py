"""Identities that fit several people of the population register.

Revision: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHECK = "identity_state IN ('waiting', 'verified', 'wrong', 'not_found', {}'no_id', 'bad_id')"
_BEFORE, _AFTER = _CHECK.format(""), _CHECK.format("'ambiguous', ")


def upgrade() -> None:
    """Widens the check."""
    _replace(_BEFORE, _AFTER)


def downgrade() -> None:
    """Takes the word away; whoever it was said of differs from the register again."""
    op.execute("UPDATE person SET identity_state = 'wrong' WHERE identity_state = 'ambiguous'")
    _replace(_AFTER, _BEFORE)


def _replace(old: str, new: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Copying the table, the usual way there, would delete what refers to it. A check alone may be rewritten in
        # the schema (sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
        op.execute("PRAGMA writable_schema = ON")
        statement = sa.text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE name = 'person'")
        op.execute(statement.bindparams(old=old, new=new))
        op.execute("PRAGMA writable_schema = RESET")
    else:
        op.drop_constraint("ck_person_identity_state", "person", type_="check")
        op.create_check_constraint("ck_person_identity_state", "person", new)
