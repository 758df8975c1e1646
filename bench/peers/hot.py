"""Taking one unit of a SKU as one would write it: lock the row, look, change it, tell it, commit."""

from typing import Any

TABLES = """
create table stock (warehouse text, sku text, on_hand bigint not null, reserved bigint not null default 0, primary key (warehouse, sku));
create table reservation (order_id text primary key, warehouse text not null, sku text not null, quantity integer not null);
create table to_publish (id uuid primary key default gen_random_uuid(), type text not null, data jsonb not null);
"""
_LOOK = "select on_hand - reserved from stock where warehouse = 'main' and sku = 'HOT' for update"
_TAKE = "update stock set reserved = reserved + 1 where warehouse = 'main' and sku = 'HOT'"
_TELL = "insert into to_publish (type, data) values ('stock_reserved', jsonb_build_object('order_id', $1::text, 'quantity', 1))"


async def take(pool: Any, order: str) -> bool:
    """Whether there was one left."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval(_LOOK):
            return False
        await connection.execute(_TAKE)
        await connection.execute("insert into reservation values ($1, 'main', 'HOT', 1)", order)
        await connection.execute(_TELL, order)
        return True
