"""The figures as tables for people."""

from collections.abc import Mapping
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from qudao_local.demo.play.kpis import COLUMNS, Group
from qudao_local.demo.play.statements import Book, Issued

_MONEY = frozenset({"gross", "net", "cancelled", "returned"})
_TITLES = {"channel_type": "channel type", "product_category": "category", "fill_rate": "fill rate"}


def print_groups(console: Console, dimension: str, groups: list[Group], total: Group, currency: str) -> None:
    """A row per group, the one with most gross first (periods in their order), and the total."""
    table = Table(title=f"by {_TITLES.get(dimension, dimension)}", title_justify="left", title_style="bold")
    table.add_column(_TITLES.get(dimension, dimension), overflow="fold")
    for kpi in COLUMNS:
        table.add_column(f"{_TITLES.get(kpi, kpi)}{f' {currency}' if kpi in _MONEY else ''}", justify="right", no_wrap=True)
    if dimension not in {"day", "month", "quarter", "year"}:
        groups = sorted(groups, key=lambda group: group.values.get("gross", Decimal(0)), reverse=True)
    for group in groups:
        table.add_row(group.name, *(shown(kpi, group.values.get(kpi)) for kpi in COLUMNS))
    table.add_section()
    table.add_row(total.name, *(shown(kpi, total.values.get(kpi)) for kpi in COLUMNS), style="bold")
    console.print(table)


def print_partners(console: Console, partners: list[tuple[str, str, Decimal]], total: Decimal, currency: str) -> None:
    table = Table(title=f"top {len(partners)} partners", title_justify="left", title_style="bold")
    table.add_column("partner")
    table.add_column("name", overflow="fold")
    table.add_column(f"gross {currency}", justify="right")
    table.add_column("share", justify="right")
    for partner_id, name, gross in partners:
        table.add_row(partner_id, name, shown("gross", gross), f"{gross / total:.1%}" if total else "")
    console.print(table)


def print_books(console: Console, books: Mapping[str, Book], nets: Mapping[str, Decimal], currency: str) -> None:
    """A row per channel type that earned anything; what is earned is accrued, payable and paid together."""
    table = Table(title="incentives by channel type", title_justify="left", title_style="bold")
    table.add_column("channel type")
    for name in Book.__struct_fields__:
        table.add_column(f"{name} {currency}", justify="right", no_wrap=True)
    table.add_column("cost ratio", justify="right", no_wrap=True)

    def add(name: str, book: Book, net: Decimal, style: str | None = None) -> None:
        amounts = (getattr(book, field) for field in Book.__struct_fields__)
        table.add_row(name, *(f"{amount:,.2f}" for amount in amounts), f"{book.earned / net:.2%}" if net else "-", style=style)

    total = Book()
    for name, book in sorted(books.items(), key=lambda one: -one[1].earned):
        add(name, book, nets.get(name, Decimal(0)))
        total = total.plus(book)
    table.add_section()
    add("total", total, sum(nets.values(), Decimal(0)), "bold")
    console.print(table)


def print_months(console: Console, statements: Issued, currency: str) -> None:
    """A row per month that is closed."""
    table = Table(title="closed months", title_justify="left", title_style="bold")
    table.add_column("month")
    for name in ("statements", f"earned {currency}", f"paid {currency}"):
        table.add_column(name, justify="right", no_wrap=True)
    for month, of_month in statements.items():
        earned, paid = sum(one.earned for one in of_month), sum(one.paid for one in of_month)
        table.add_row(month, f"{len(of_month):,}", f"{earned:,.2f}", f"{paid:,.2f}")
    console.print(table)


def shown(kpi: str, value: Decimal | None) -> str:
    """Nothing where there is no value; 0 is a value."""
    if value is None:
        return "-"
    if kpi == "fill_rate":
        return f"{value:.2%}"
    return f"{value:,.2f}" if kpi in _MONEY else f"{value:,f}"
