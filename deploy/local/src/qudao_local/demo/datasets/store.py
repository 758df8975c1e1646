"""The orders of an export while it is read, on disk but for those at hand: an export may be larger than memory."""

import pickle
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from datetime import date

from qudao_local.demo.datasets.order_rows import OrderRows

_AT_HAND = 5_000
"""Orders in memory. The rows of an order mostly stand together."""
_PIECE = 500
_TABLE = "create table orders (key text primary key, place integer, day text, data blob) without rowid"
_KEEP = "insert or replace into orders values (?, ?, ?, ?)"


class OrderStore:
    """Orders by their key, in a file of its own that goes with it."""

    def __init__(self, at_hand: int = _AT_HAND) -> None:
        self._file = sqlite3.connect("", isolation_level=None)  # no name: on disk, and gone when it is closed
        self._file.execute(_TABLE)
        self._at_hand: OrderedDict[str, tuple[int, OrderRows]] = OrderedDict()
        self._most = at_hand
        self._next = 0

    def at(self, key: str) -> OrderRows:
        """The order, to be filled; an empty one when it was not there."""
        if key in self._at_hand:
            self._at_hand.move_to_end(key)
            return self._at_hand[key][1]
        found = self._file.execute("select place, data from orders where key = ?", (key,)).fetchone()
        if found is None:
            self._next += 1
        place, order = (self._next, OrderRows()) if found is None else (found[0], pickle.loads(found[1]))  # noqa: S301 - our own file
        self._at_hand[key] = place, order
        if len(self._at_hand) > self._most:
            self._put_away(max(1, self._most // 2))
        return order

    def __contains__(self, key: object) -> bool:
        """Whether it is there with a good line."""
        self._put_away(0)
        return self._file.execute("select 1 from orders where key = ? and day <> ''", (key,)).fetchone() is not None

    def days(self) -> tuple[date, date] | None:
        """The first and the last day of orders with a good line; None without any."""
        self._put_away(0)
        first, last = self._file.execute("select min(day), max(day) from orders where day <> ''").fetchone()
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else None

    def by_day(self) -> Iterator[tuple[str, OrderRows]]:
        """All orders in the order of their days, then as the export has them; those without a good line last."""
        self._put_away(0)
        rows = self._file.execute("select key, data from orders order by day = '', day, place")
        while piece := rows.fetchmany(_PIECE):
            for key, data in piece:
                yield key, pickle.loads(data)  # noqa: S301 - our own file

    def put(self, key: str, order: OrderRows) -> None:
        """An order as it is now, in its place."""
        self.at(key)
        self._at_hand[key] = self._at_hand[key][0], order

    def _put_away(self, left: int) -> None:
        """Writes down all but the ``left`` orders that were used last."""
        rows = []
        while len(self._at_hand) > left:
            key, (place, order) = self._at_hand.popitem(last=False)
            day = order.header.on.isoformat() if order.header else ""
            rows.append((key, place, day, pickle.dumps(order, pickle.HIGHEST_PROTOCOL)))
        if rows:
            self._file.execute("begin")
            self._file.executemany(_KEEP, rows)
            self._file.execute("commit")
