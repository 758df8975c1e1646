"""What the routes answer with. Numbers are decimal text, exact unless they say that they are rounded."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, create_model

from metrics.api.parameters import link
from metrics.application.answers import Answer, Value
from metrics.application.completeness import Completeness, Reason
from metrics.domain.facts import Amount, Dimension, Facts, Unit
from metrics.domain.kpi import Dated, Kpi
from metrics.domain.question import Question

Number = Annotated[
    Decimal,
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["444.00"]}),
]


class KpiDefinition(BaseModel):
    """What a KPI means."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True)

    kpi: str = Field(validation_alias="name", examples=["net"])
    version: int = Field(description="Counts up with every change of the formula.", examples=[1])
    title: str = Field(examples=["Net sales"])
    description: str = Field(examples=["What was placed, less discounts, cancellations and returns."])
    zh: str = Field(description="The same in Chinese.", examples=["下单金额，减去折扣、取消与退货。"])
    unit: Unit
    formula: str = Field(description="Over amounts of facts by their kind.", examples=["placed.gross - placed.discount"])
    dated: Dated = Field(description="The date on which a fact counts: of its own event, or of the order it belongs to.")
    dimensions: list[str] = Field(description="What it can be filtered and grouped by.", examples=[["partner", "product"]])


class Figure(BaseModel):
    """A KPI of one group."""

    group: dict[str, str | None] = Field(examples=[{"channel_type": "retailer", "currency": "CNY"}])
    value: Number | None = Field(
        description="Rounded half-even once: money to the currency's minor unit, ratios to 6 places.", examples=["1209.38"]
    )
    reason: str | None = Field(description="Why there is no value: `denominator_zero`.")
    numerator: Number = Field(description="Exact. Of days: how much lies within the value.", examples=["1209.375"])
    denominator: Number | None = Field(description="Of ratios. Of days: how much there is.")
    currency: str | None = Field(examples=["CNY"])
    facts: str = Field(description="The facts behind it.", examples=["/v1/kpis/gross/facts?channel_type=retailer&currency=CNY"])

    @classmethod
    def of(cls, value: Value, **more: Any) -> Self:
        """``more`` are the other fields."""
        facts = link(f"/v1/kpis/{quote(value.kpi.name, safe='')}/facts", value.facts)
        return cls(
            group=dict(value.group),
            value=value.value,
            reason=value.reason,
            numerator=value.figures.numerator,
            denominator=value.figures.denominator,
            currency=value.currency,
            facts=facts,
            **more,
        )


class KpiValue(Figure):
    names: dict[str, str] = Field(description="What partners, products and territories of the group are called now.")
    exact: Number | None = Field(
        description="The value before rounding; null for ratios, whose numerator and denominator are exact.", examples=["1209.375"]
    )
    unit: Unit


class Missing(BaseModel):
    """Facts that a view may lack, and why; `/v1/progress` tells in which partitions."""

    model_config = ConfigDict(from_attributes=True)

    view: str = Field(examples=["sales"])
    source: str = Field(description="The service whose events they come from.", examples=["orders-inventory"])
    reason: Reason = Field(
        description="`forked`: its history is another one than that taken in. `incomplete`: its topic has a gap. `parked`: events wait, "
        "because they could not be taken in. `never_seen`: nothing ever came from there. `behind`: more is on its way than a batch, or "
        "whether anything is cannot be seen now."
    )


class KpiAnswer(KpiDefinition):
    """A KPI's values. Money has a value for each currency, and never one over several."""

    first: date | None = Field(serialization_alias="from")
    last: date | None = Field(serialization_alias="to")
    as_of: date | None
    known_at: date | None
    group_by: list[str] = Field(examples=[["channel_type"]])
    values: list[KpiValue]
    more: bool = Field(description="Whether `limit` left groups out.")
    complete: bool | None = Field(
        description="Whether all facts that happened are counted, but for what is on its way. Null: nothing is known to be lacking, "
        "but only another process knows what is on its way."
    )
    lacks: list[Missing] = Field(description="What keeps facts away.")

    @classmethod
    def of(cls, kpi: Kpi, question: Question, answer: Answer, known: Completeness) -> Self:
        definition = dict(KpiDefinition.model_validate(kpi))
        dates = {name: getattr(question, name) for name in ("first", "last", "as_of", "known_at")}
        values = [KpiValue.of(one, names=one.names, exact=one.exact, unit=kpi.unit) for one in answer.values]
        lacks = [Missing.model_validate(one) for one in known.lacks]
        groups = list(question.groups)
        return cls(**definition, **dates, group_by=groups, values=values, more=answer.more, complete=known.complete, lacks=lacks)


class KpiFact(BaseModel):
    """One line of an event, with what it adds to the KPI's numerator and denominator."""

    facts: str = Field(description="Of which kind it is.", examples=["sales"])
    service: str = Field(description="Whose event it is.", examples=["orders-inventory"])
    event_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    event: str = Field(description="Where that service shows the event.", examples=["/v1/events/0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    position: int
    partition: int
    kind: str = Field(examples=["placed"])
    occurred_on: date
    placed_on: date
    recorded_on: date

    @classmethod
    def of(cls, fact: Mapping[str, Any]) -> Self:
        return cls.model_validate({**fact, "event": f"/v1/events/{fact['event_id']}"})


@cache
def fact_of(several: tuple[Facts, ...]) -> type[KpiFact]:
    """The model of facts of these kinds; what is not of all of them is null in the others."""
    of_each = [{one.name: one for one in facts.described} for facts in several]
    fields = {name: _field(one, optional=not all(name in others for others in of_each)) for each in of_each for name, one in each.items()}
    fields |= {"numerator": (Number, ...), "denominator": (Number | None, ...)}
    name = "".join(facts.name.title() for facts in several)
    return create_model(f"{name}Fact", __base__=KpiFact, __doc__=KpiFact.__doc__, **fields)


def _field(one: Dimension | Amount, *, optional: bool) -> Any:
    if isinstance(one, Amount):
        return _or_null(Number if one.type is Decimal else int, optional), Field(description=one.what)
    return _or_null(one.type, optional or one.optional), Field(description=one.what, examples=[one.example])


def _or_null(type_: Any, optional: bool) -> Any:
    return Annotated[type_ | None, BeforeValidator(lambda value: None if value == "" else value)] if optional else type_
