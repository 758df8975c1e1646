"""What the routes answer with. Numbers are decimal text, exact unless they say that they are rounded."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from metrics.api.parameters import link
from metrics.application.answers import Answer, Value
from metrics.domain.kpi import Dated, Kpi, Unit
from metrics.domain.question import Question

Number = Annotated[
    Decimal,
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["444.00"]}),
]


class KpiDefinition(BaseModel):
    """What a KPI means."""

    kpi: str = Field(examples=["net"])
    version: int = Field(description="Counts up with every change of the formula.", examples=[1])
    title: str = Field(examples=["Net sales"])
    description: str = Field(examples=["What was placed, less discounts, cancellations and returns."])
    unit: Unit
    formula: str = Field(description="Over amounts of facts by their kind.", examples=["placed.gross - placed.discount"])
    dated: Dated = Field(description="The date on which a fact counts: of its own event, or of the order it belongs to.")

    @classmethod
    def of(cls, kpi: Kpi) -> Self:
        return cls(
            kpi=kpi.name,
            version=kpi.version,
            title=kpi.title,
            description=kpi.description,
            unit=kpi.unit,
            formula=kpi.formula,
            dated=kpi.dated,
        )


class KpiValue(BaseModel):
    """The KPI of one group."""

    group: dict[str, str | None] = Field(examples=[{"channel_type": "retailer", "currency": "CNY"}])
    names: dict[str, str] = Field(description="What partners, products and territories of the group are called now.")
    value: Number | None = Field(
        description="Rounded half-even once: money to the currency's minor unit, ratios to 6 places.", examples=["1209.38"]
    )
    reason: str | None = Field(description="Why there is no value: `denominator_zero`.")
    exact: Number | None = Field(
        description="The value before rounding; null for ratios, whose numerator and denominator are exact.", examples=["1209.375"]
    )
    numerator: Number = Field(examples=["1209.375"])
    denominator: Number | None = Field(description="Of ratios only.")
    unit: Unit
    currency: str | None = Field(examples=["CNY"])
    facts: str = Field(description="The facts behind it.", examples=["/v1/kpis/gross/facts?channel_type=retailer&currency=CNY"])

    @classmethod
    def of(cls, kpi: Kpi, value: Value) -> Self:
        return cls(
            group=dict(value.group),
            names=dict(value.names),
            value=value.rounded.value,
            reason=value.rounded.reason,
            exact=None if kpi.denominator else value.numerator,
            numerator=value.numerator,
            denominator=value.denominator,
            unit=kpi.unit,
            currency=value.currency,
            facts=link(f"/v1/kpis/{quote(kpi.name, safe='')}/facts", value.facts),
        )


class KpiAnswer(KpiDefinition):
    """A KPI's values. Money has a value for each currency, and never one over several."""

    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    as_of: date | None
    known_at: date | None
    group_by: list[str] = Field(examples=[["channel_type"]])
    values: list[KpiValue]
    more: bool = Field(description="Whether `limit` left groups out.")

    @classmethod
    def of_question(cls, kpi: Kpi, question: Question, answer: Answer) -> Self:
        return cls.model_validate(
            {
                **dict(KpiDefinition.of(kpi)),
                "from": question.first,
                "to": question.last,
                "as_of": question.as_of,
                "known_at": question.known_at,
                "group_by": [group.value for group in question.groups],
                "values": [KpiValue.of(kpi, value) for value in answer.values],
                "more": answer.more,
            }
        )


class KpiFact(BaseModel):
    """One line of an order in one event, with what it adds to the KPI's numerator and denominator."""

    service: str = Field(description="Whose event it is.", examples=["orders-inventory"])
    event_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    event: str = Field(description="Where that service shows the event.", examples=["/v1/events/0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    position: int
    partition: int
    order_id: str = Field(examples=["direct:1001"])
    line_id: str = Field(examples=["1"])
    kind: str = Field(examples=["placed"])
    occurred_on: date
    placed_on: date
    recorded_on: date
    partner: str = Field(examples=["p-1001"])
    channel_type: str = Field(examples=["retailer"])
    segment: str | None
    territory: str = Field(examples=["CN-E"])
    sales_rep: str | None
    source: str = Field(examples=["direct"])
    warehouse: str = Field(examples=["sh"])
    product: str = Field(examples=["PEN-01"])
    currency: str = Field(examples=["CNY"])
    units: int
    gross: Number
    discount: Number
    net: Number
    numerator: Number
    denominator: Number | None

    @classmethod
    def of(cls, fact: Mapping[str, Any]) -> Self:
        return cls.model_validate(
            {
                **fact,
                "event": f"/v1/events/{fact['event_id']}",
                "segment": fact["segment"] or None,
                "sales_rep": fact["sales_rep"] or None,
                "net": fact["gross"] - fact["discount"],
            }
        )
