"""What partners, products and territories are called now."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from metrics.views.hierarchy import PARTNERS, TERRITORY
from metrics.views.products import PRODUCT

_TABLES = {"partner": PARTNERS.partner, "product": PRODUCT, "territory": TERRITORY}


def names_query(group: str, keys: Iterable[str]) -> sa.Select[Any] | None:
    """The latest name by key, of those that have one; ``None`` for what has no names."""
    if group not in _TABLES:
        return None
    table = _TABLES[group]
    key, *versions = (table.sql.c[name] for name in table.key)
    wanted = sa.select(key, table.sql.c.name).where(key == sa.any_(sa.literal(list(keys), ARRAY(sa.Text))))
    return wanted.ext(distinct_on(key)).order_by(key, *(column.desc() for column in versions))
