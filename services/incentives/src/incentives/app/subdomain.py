"""What a sub-domain brings to the service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from channel_events import Copy, Decider, Reaction, Timer, View
from channel_service import Measure, Problem, Work
from channel_service.importing import Importable, ImportSet
from fastapi import APIRouter

from incentives.application.said import Says


@dataclass(frozen=True, kw_only=True)
class SubDomain:
    """Lists as `Service` has them; ``rows`` are the kinds of rows that files may bring, ``sets`` routes that take some of them alone, and
    ``says`` the commands that say its history: as those rows it is exported."""

    problems: Sequence[Problem]
    routers: Sequence[APIRouter]
    deciders: Sequence[Decider[Any, Any, Any]] = ()
    views: Sequence[View] = ()
    copies: Sequence[Copy[Any]] = ()
    reactions: Sequence[Reaction] = ()
    timers: Sequence[Timer] = ()
    works: Sequence[Work] = ()
    measures: Sequence[Measure] = ()
    rows: Sequence[Importable[Any]] = ()
    sets: Sequence[ImportSet] = ()
    says: Says = field(default_factory=dict)
