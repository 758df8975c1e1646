"""Placing an order as one would write it in an afternoon: FastAPI, a pydantic body, the same token verified.

``PEER=noop`` stores nothing: what the framework alone can do. ``PEER=core`` checks the partner and the products, takes the units from
stock, and writes order, lines and an event to publish, in one transaction of SQLAlchemy Core.
"""

import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, HTTPException
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import create_async_engine


class Line(BaseModel):
    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(gt=0)
    unit_price: Decimal = Field(ge=0)


class Order(BaseModel):
    source: str = "direct"
    external_id: str = Field(min_length=1, max_length=100)
    partner_id: str
    currency: str = Field(min_length=3, max_length=3)
    warehouse: str
    lines: list[Line] = Field(min_length=1, max_length=2000)
    on: date


class Placed(BaseModel):
    id: uuid.UUID


KEYS = KeySet.import_key_set(json.loads(Path(os.environ["PEER_JWKS"]).read_text()))
CLAIMS = jwt.JWTClaimsRegistry(iss={"essential": True, "value": os.environ["PEER_ISSUER"]}, exp={"essential": True})
ENGINE = create_async_engine(os.environ["PEER_DATABASE"], pool_size=10, max_overflow=10)


async def caller(authorization: Annotated[str, Header()]) -> str:
    token = jwt.decode(authorization.removeprefix("Bearer "), KEYS, algorithms=["RS256"])
    CLAIMS.validate(token.claims)
    if not set(token.claims["roles"]) & {"brand_admin", "ops"}:
        raise HTTPException(403)
    return str(token.claims["sub"])


@asynccontextmanager
async def life(_: FastAPI) -> AsyncIterator[None]:
    yield
    await ENGINE.dispose()


app = FastAPI(lifespan=life)
By = Annotated[str, Depends(caller)]


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}


@app.get("/v1/noop")
async def read(by: By) -> dict[str, bool]:
    return {"ok": True}


async def noop(body: Order, by: By) -> Placed:
    return Placed(id=uuid.uuid4())


async def core(body: Order, by: By) -> Placed:
    order_id, skus = uuid.uuid4(), [line.sku for line in body.lines]
    async with ENGINE.begin() as connection:
        partner = (await connection.execute(_partner, {"p": body.partner_id})).one_or_none()
        if partner is None or partner.status != "active":
            raise HTTPException(409, "partner")
        if len((await connection.execute(_products, {"skus": skus})).all()) < len(set(skus)):
            raise HTTPException(409, "product")
        for line in sorted(body.lines, key=lambda one: one.sku):
            taken = await connection.execute(_take, {"w": body.warehouse, "s": line.sku, "n": line.quantity})
            if taken.rowcount != 1:
                raise HTTPException(409, "stock")
        await connection.execute(_order, {"id": order_id, "territory": partner.territory, **body.model_dump(exclude={"lines"})})
        lines = [{"id": order_id, "line": at, **line.model_dump()} for at, line in enumerate(body.lines, 1)]
        await connection.execute(_line, lines)
        data: dict[str, Any] = {"id": uuid.uuid4(), "data": body.model_dump_json()}
        await connection.execute(_event, data)
    return Placed(id=order_id)


_partner = sa.text("select status, territory from partner where partner_id = :p")
_products = sa.text("select sku from product where sku = any(:skus)")
_take = sa.text("update stock set reserved = reserved + :n where warehouse = :w and sku = :s and on_hand - reserved >= :n")
_order = sa.text("insert into orders values (:id, :source, :external_id, :partner_id, :territory, :currency, :warehouse, :on)")
_line = sa.text("insert into order_line values (:id, :line, :sku, :quantity, :unit_price)")
_event = sa.text("insert into to_publish (id, type, data) values (:id, 'order_placed', cast(:data as jsonb))")

app.post("/v1/orders", status_code=201)({"noop": noop, "core": core}[os.environ["PEER"]])
