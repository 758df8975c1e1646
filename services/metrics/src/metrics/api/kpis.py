"""KPIs: what they mean, their values, and the facts behind each value."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from channel_events import View
from channel_events.pure import Rejected
from channel_service import BRAND, Allow, Caller, Page, PageDep, PageRequest, Role, RuntimeDep
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from metrics.api.models import KpiAnswer, KpiDefinition, KpiFact
from metrics.api.parameters import Filters, GroupBy, names_in
from metrics.application.answers import KEY_TYPES, Order, ask, contributing_facts
from metrics.application.waiting import wait_until_seen
from metrics.domain.kpi import Kpi

RECEIPT = r"^[0-9]{1,18};(?:[0-9]{1,4}:[0-9]{1,18}(?:,[0-9]{1,4}:[0-9]{1,18})*)?$"
"""Position in the log; then, by partition, those of its public events."""


class Waiting(Filters):
    """A question that may wait for what was just written."""

    wait_for: Annotated[
        str | None, Field(max_length=1000, pattern=RECEIPT, description="A receipt's `token`: answer once it was seen.")
    ] = None
    wait_source: Annotated[str, Field(max_length=100, description="The service that gave the token.")] = "orders-inventory"


class Asked(Waiting):
    """A question for values."""

    group_by: GroupBy = Field([])
    order: Annotated[Order, Field(description="By groups, by value, or with `-value` from the highest down.")] = "group"
    limit: Annotated[int, Field(ge=1, le=10_000, description="Most groups to answer with; of money, in each currency.")] = 1000


class FactsAsked(Waiting):
    """A question for the facts behind a value."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Facts on a page.")] = 50
    cursor: Annotated[str | None, Field(max_length=2000, description="`next` of the page before.")] = None


def kpi_routes(kpis: Mapping[str, Kpi], views: Sequence[View]) -> APIRouter:
    """The routes of these KPIs, folded by these views."""
    router = APIRouter(prefix="/v1/kpis", tags=["KPIs"], dependencies=[Allow(*BRAND, Role.PARTNER)])

    @router.get("", summary="What is measured, and how")
    async def list_kpis(page: PageDep) -> Page[KpiDefinition]:
        after = page.after([str])
        names = [name for name in sorted(kpis) if after is None or name > after[0]]
        shown = names[: page.limit]
        items = [KpiDefinition.of(kpis[name]) for name in shown]
        return Page(items=items, next=page.next(shown[-1:]) if len(names) > len(shown) else None)

    @router.get("/{kpi}", summary="A KPI's values")
    async def one_kpi(kpi: str, asked: Annotated[Asked, Query()], runtime: RuntimeDep, caller: Caller) -> KpiAnswer:
        """By any of the groups. `order=-value&limit=10` are the highest ten."""
        definition = known(kpis, kpi)
        question = asked.question(names_in(asked.group_by))
        await seen(views, asked, runtime)
        async with runtime.reading(caller.scope) as read:
            answer = await ask(read, definition, question, order=asked.order, limit=asked.limit)
        return KpiAnswer.of_question(definition, question, answer)

    @router.get("/{kpi}/facts", summary="The facts behind a value")
    async def facts_of_kpi(
        kpi: str, asked: Annotated[FactsAsked, Query()], runtime: RuntimeDep, caller: Caller, request: Request, response: Response
    ) -> Page[KpiFact]:
        """The sums of `numerator` and `denominator` over all pages are exactly those of the value; `event` is where to go on."""
        page = PageRequest(request, response, asked.limit, asked.cursor)
        definition, question, after = known(kpis, kpi), asked.question(), page.after(KEY_TYPES)
        await seen(views, asked, runtime)
        async with runtime.reading(caller.scope) as read:
            facts, last = await contributing_facts(read, definition, question, after=after, limit=page.limit)
        return Page(items=[KpiFact.of(fact) for fact in facts], next=None if last is None else page.next(last))

    return router


def known(kpis: Mapping[str, Kpi], name: str) -> Kpi:
    """The KPI of this name, or `Rejected`."""
    if name not in kpis:
        raise Rejected("kpi_unknown", kpi=name, known=", ".join(sorted(kpis)))
    return kpis[name]


async def seen(views: Sequence[View], asked: Waiting, runtime: RuntimeDep) -> None:
    """Returns when the views have seen what the question waits for."""
    if asked.wait_for is not None:
        await wait_until_seen(runtime.fetch, views, asked.wait_for, asked.wait_source)
