"""The clock of disputes: one that is not decided in time is overdue."""

from channel_events import Due, DueIn, On, Timer, UseCase

from incentives.domain.dispute import DISPUTE, MarkOverdue
from incentives.views.disputes import DISPUTES


def overdue(due: Due) -> UseCase:
    return [On(DISPUTE, due.key, MarkOverdue(due.key, due.at.date()))]


DISPUTES_OVERDUE = Timer("disputes_overdue", due=DueIn(DISPUTES, at="due_at"), commands=overdue)
