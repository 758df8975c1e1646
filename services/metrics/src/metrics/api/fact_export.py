"""All facts behind a value, as a file. By hand and not as every list: the pages of facts are, too."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from channel_events import View
from channel_service import BRAND, Allow, Role, RuntimeDep
from channel_service.exporting import Everything, Export, FormatQuery, answers, chosen, encoder, list_parts
from fastapi import APIRouter, Query, Request

from metrics.api.kpis import Waiting, known, seen
from metrics.api.models import KpiFact
from metrics.application.answers import HASH_JOINS
from metrics.domain.kpi import Kpi
from metrics.views.kpi_facts import facts_query


class FactsExported(Waiting):
    """A question for all facts behind a value."""

    format: FormatQuery = None


def fact_export(kpis: Mapping[str, Kpi], views: Sequence[View]) -> APIRouter:
    """The export of the facts of these KPIs."""
    router = APIRouter(prefix="/v1/exports/kpis", tags=["exports"], dependencies=[Allow(*BRAND, Role.PARTNER)])

    @router.get("/{kpi}/facts", summary="Export: The facts behind a value", status_code=200, responses=answers())
    async def export_facts(kpi: str, asked: Annotated[FactsExported, Query()], runtime: RuntimeDep, request: Request) -> Export:
        """The sums of `numerator` and `denominator` are exactly those of the value."""
        format_, definition, question = chosen(asked.format, request), known(kpis, kpi), asked.question()
        await seen(views, asked, runtime)
        everything = Everything(facts_query(definition, question, after=None, limit=None), KpiFact.of)
        parts = list_parts(runtime, request.state.principal.scope, everything, (), encoder(KpiFact, format_), before=HASH_JOINS)
        return Export(request, f"{kpi}-facts.{format_}", format_.media_type, parts)

    return router
