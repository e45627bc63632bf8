"""How much each client checks: counts by day and outcome, of nobody in particular."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import ForeignKey, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.registry.clients import Client
from passport.registry.columns import Base, table_of

_Insert = Callable[[Table], postgresql.Insert | sqlite.Insert]
_INSERTS: Mapping[str, _Insert] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}  # the same words on both


class ClientUse(Base):
    """How many checks of one outcome a client made on one day of the service's time zone."""

    __tablename__ = "client_use"

    client_id: Mapped[str] = mapped_column(String(32), ForeignKey("client.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(12), primary_key=True)
    checks: Mapped[int]


def add_use(session: Session, *, client_id: str, day: date, counts: Mapping[str, int]) -> None:
    """Adds checks of a day by outcome to what was counted before; those of a client that is gone are let go."""
    if session.get(Client, client_id) is None:
        return
    insert = _INSERTS[session.get_bind().dialect.name]
    for outcome, checks in sorted(counts.items()):  # in one order, so that two writers wait for each other
        new = insert(table_of(ClientUse)).values(client_id=client_id, day=day, outcome=outcome, checks=checks)
        key = [ClientUse.client_id, ClientUse.day, ClientUse.outcome]
        total = ClientUse.checks + new.excluded.checks
        session.execute(new.on_conflict_do_update(index_elements=key, set_={"checks": total}))


def use_of(session: Session, *, client_id: str, since: date) -> dict[date, dict[str, int]]:
    """The checks of a client by day, the latest first, and outcome; days without any are left out."""
    query = (
        select(ClientUse)
        .where(ClientUse.client_id == client_id, ClientUse.day >= since)
        .order_by(ClientUse.day.desc(), ClientUse.outcome)
    )
    days: dict[date, dict[str, int]] = {}
    for use in session.scalars(query):
        days.setdefault(use.day, {})[use.outcome] = use.checks
    return days
