"""KPIs: what they mean, their values, and the facts behind each value, in pages or as a file."""

from functools import partial, reduce
from operator import or_
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from channel_service import BRAND, Allow, Caller, Page, PageDep, PageRequest, Role, RuntimeDep
from channel_service.exporting import Everything, Export, FormatQuery, answers, chosen, encoder, list_parts
from fastapi import APIRouter, Request, Response
from pydantic import Field, create_model

from metrics.api.models import KpiAnswer, KpiDefinition, fact_of
from metrics.api.parameters import asking, names_in
from metrics.api.waiting import WaitingQuestion, near, seen
from metrics.application.answers import FACT_ORDER_TYPES, HASH_JOINS, Order, ask, contributing_facts
from metrics.application.catalogue import Catalogue
from metrics.application.completeness import ViewStates
from metrics.views.kpi_facts import facts_query


class Asked(WaitingQuestion):
    """A question for values."""

    group_by: list[str] = Field(
        [],
        max_length=100,
        description="Any of its `dimensions`, day, week, month, quarter, half, year; fiscal_month, _quarter, _half, _year.",
        examples=[["channel_type", "month"]],
    )
    order: Annotated[Order, Field(description="By groups or by value; with `-` from the last or highest down.")] = "group"
    limit: Annotated[int, Field(ge=1, le=10_000, description="Most groups to answer with; of money, in each currency.")] = 1000


class FactsExported(WaitingQuestion):
    """A question for all facts behind a value."""

    format: FormatQuery = None


class FactsAsked(WaitingQuestion):
    """A question for the facts behind a value."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Facts on a page.")] = 50
    cursor: Annotated[str | None, Field(max_length=2000, description="`next` of the page before.")] = None


def kpi_routes(catalogue: Catalogue) -> APIRouter:
    """The routes of these KPIs."""
    router = APIRouter(prefix="/v1", dependencies=[Allow(*BRAND, Role.PARTNER)])
    kpis, models = catalogue.kpis, {name: fact_of(kpi.facts) for name, kpi in catalogue.kpis.items()}
    dimensions = catalogue.dimensions.values()
    page_of: Any = Page.__class_getitem__(reduce(or_, dict.fromkeys(models.values())))
    pages = create_model("KpiFacts", __base__=page_of)

    standing: WeakKeyDictionary[Any, ViewStates] = WeakKeyDictionary()

    def standing_of(runtime: RuntimeDep) -> ViewStates:
        return standing.setdefault(runtime, ViewStates(catalogue.views, runtime.reading_everything))

    @router.get("/kpis", tags=["KPIs"], summary="What is measured, and how")
    async def list_kpis(page: PageDep) -> Page[KpiDefinition]:
        after = page.after([str])
        names = [name for name in sorted(kpis) if after is None or name > after[0]]
        shown = names[: page.limit]
        items = [KpiDefinition.model_validate(kpis[name]) for name in shown]
        return Page(items=items, next=page.next(shown[-1:]) if len(names) > len(shown) else None)

    @router.get("/kpis/{kpi}", tags=["KPIs"], summary="A KPI's values")
    async def one_kpi(kpi: str, asked: Annotated[Asked, asking(Asked, dimensions)], runtime: RuntimeDep, caller: Caller) -> KpiAnswer:
        """By any of the groups. `order=-value&limit=10` are the highest ten."""
        definition = catalogue.kpi(kpi)
        groups = asked.grouping([definition], names_in(asked.group_by), runtime.settings.fiscal)
        question = asked.question([definition], groups)
        await seen(catalogue.behind(definition), asked, runtime)
        known = await standing_of(runtime).of(catalogue.counted_by(definition, question), partial(near, runtime))
        async with runtime.reading(caller.scope) as read:
            answer = await ask(read, definition, question, order=asked.order, limit=asked.limit, everyone=caller.scope is None)
        return KpiAnswer.of(definition, question, answer, known)

    @router.get("/kpis/{kpi}/facts", tags=["KPIs"], summary="The facts behind a value", response_model=pages)
    async def facts_of_kpi(
        kpi: str,
        asked: Annotated[FactsAsked, asking(FactsAsked, dimensions)],
        runtime: RuntimeDep,
        caller: Caller,
        request: Request,
        response: Response,
    ) -> Any:
        """The sums of `numerator` and `denominator` over all pages are exactly those of the value; `event` is where to go on."""
        page = PageRequest(request, response, asked.limit, asked.cursor)
        definition, after = catalogue.kpi(kpi), page.after(FACT_ORDER_TYPES)
        question = asked.question([definition])
        await seen(catalogue.behind(definition), asked, runtime)
        async with runtime.reading(caller.scope) as read:
            facts, last = await contributing_facts(read, definition, question, after=after, limit=page.limit)
        return Page(items=[models[kpi].of(fact) for fact in facts], next=None if last is None else page.next(last))

    @router.get("/exports/kpis/{kpi}/facts", tags=["exports"], summary="Export: The facts behind a value", responses=answers())
    async def export_facts(
        kpi: str, asked: Annotated[FactsExported, asking(FactsExported, dimensions)], runtime: RuntimeDep, request: Request
    ) -> Export:
        """The sums of `numerator` and `denominator` are exactly those of the value."""
        format_, definition = chosen(asked.format, request), catalogue.kpi(kpi)
        question = asked.question([definition])
        await seen(catalogue.behind(definition), asked, runtime)
        # By hand and not as every list: the pages of facts are, too.
        everything = Everything(facts_query(definition, question, after=None, limit=None), models[kpi].of)
        parts = list_parts(runtime, request.state.principal.scope, everything, (), encoder(models[kpi], format_), before=HASH_JOINS)
        return Export(request, f"{kpi}-facts.{format_}", format_.media_type, parts)

    return router
