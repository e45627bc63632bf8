"""Which certificates of a batch were drawn at random for each approver, and when they were viewed."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.errors import Refusal, Refused
from passport.registry.accounts import Account
from passport.registry.columns import Base
from passport.registry.tables import Batch, BatchMember, Dose

SAMPLE = 20  # certificates that an approver looks at before a batch is issued; all of a smaller batch


class BatchView(Base):
    """One certificate of a proposal that an approver was shown."""

    __tablename__ = "batch_view"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    dose_id: Mapped[str] = mapped_column(ForeignKey("dose.id"), primary_key=True, index=True)
    viewed_at: Mapped[datetime]


def drawn(session: Session, batch: Batch, account: Account) -> list[Dose]:
    """The doses that were drawn for an approver; none before the first look."""
    query = select(Dose).join(BatchView, BatchView.dose_id == Dose.id)
    mine = query.where(BatchView.batch_id == batch.id, BatchView.account_id == account.id)
    return list(session.scalars(mine.order_by(Dose.id)))


def draw(session: Session, batch: Batch, account: Account, *, at: datetime) -> list[Dose]:
    """Draws the doses that an approver is shown, by chance and once."""
    members = select(BatchMember.dose_id).where(BatchMember.batch_id == batch.id).order_by(BatchMember.dose_id)
    dose_ids = list(session.scalars(members))
    for dose_id in secrets.SystemRandom().sample(dose_ids, min(SAMPLE, len(dose_ids))):
        session.add(BatchView(batch_id=batch.id, account_id=account.id, dose_id=dose_id, viewed_at=at))
    session.flush()
    return drawn(session, batch, account)


def require_viewed(session: Session, batch: Batch, account: Account) -> None:
    """Passes when `account` was shown what was drawn for them; raises Refused (not_viewed)."""
    mine = (BatchView.batch_id == batch.id, BatchView.account_id == account.id)
    if not session.scalar(select(func.count()).select_from(BatchView).where(*mine)):
        raise Refused(Refusal.NOT_VIEWED, str(batch.id))
