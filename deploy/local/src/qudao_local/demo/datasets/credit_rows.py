"""Credit notes as an export writes them: documents of their own, by a number of their own."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qudao_local.demo.datasets.line_values import LineValues
from qudao_local.demo.datasets.mapping import CreditNotes
from qudao_local.demo.datasets.report import BadValue, require
from qudao_local.demo.datasets.sections import Value
from qudao_local.demo.datasets.tables import Row, Section, Tables
from qudao_local.demo.documents import Line


@dataclass(frozen=True, slots=True)
class NoteHeader:
    """What all rows of a note share."""

    partner: str
    on: date
    reason: str
    sale: str | None
    currency: str
    sales_rep: str | None
    warehouse: str | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Units that come back, as a line, or an ``amount`` without units. ``wanted`` is what the export calls the line, its key or its SKU; of
    an amount the SKU it is about, if it is about one."""

    row: Row
    line: Line | None
    wanted: str
    amount: Decimal

    def said(self) -> tuple[object, ...]:
        """All of it but where it stands."""
        return self.line, self.wanted, self.amount


@dataclass(slots=True)
class Note:
    """A note as its rows tell it, by the files that have it."""

    number: str
    header: NoteHeader
    of_files: dict[str, list[NoteRow]] = field(default_factory=dict)

    @property
    def rows(self) -> list[NoteRow]:
        return next(iter(self.of_files.values()))

    def said(self) -> object:
        """What tells one note from a changed one."""
        return self.header, [row.said() for row in self.rows]


class CreditReader:
    """One section; bad rows are listed, the others of their note still count."""

    def __init__(
        self, tables: Tables, notes: CreditNotes, place: str, currency: str, partners: Container[str], products: Container[str]
    ) -> None:
        section = Section(tables, notes, place)
        self._section, self._report, self._partners = section, tables.report, partners
        self._number, self._partner = section.text(notes.note, "note"), section.text(notes.partner, "partner")
        self._on, self._reason = section.day(notes.on, "on"), section.text(notes.reason, "reason")
        self._sale, self._sales_rep = section.optional_text(notes.sale, "sale"), section.optional_text(notes.sales_rep, "sales_rep")
        self._currency = section.text(notes.currency or Value(constant=currency), "currency")
        self._warehouse = section.optional_text(notes.warehouse, "warehouse")
        self._line = LineValues(section, notes.line, products, tables.report, of_another=True) if notes.line else None
        self._amount = section.number(notes.amount, "amount") if notes.amount else None

    def read(self) -> list[Note]:
        """The notes of the whole section. One that two files have is read from the first; the other may say the same."""
        found: dict[str, Note] = {}
        for row in self._section.rows():
            try:
                self._take(row, found)
            except BadValue as bad:
                self._report.reject(row.file, row.line, str(bad))
        for note in found.values():
            first, *others = note.of_files
            for other in others:
                same = [one.said() for one in note.of_files[other]] == [one.said() for one in note.rows]
                say, what = (self._report.repeat, "the same") if same else (self._report.reject, "with other lines")
                for one in note.of_files[other]:
                    say(other, one.row.line, f"credit note {note.number} is in {first} already, {what}")
        return list(found.values())

    def _take(self, row: Row, found: dict[str, Note]) -> None:
        number, header = self._number(row), self._header(row)
        note = found.get(number) or Note(number, header)
        if note.header != header:
            differing = [name for name in NoteHeader.__slots__ if getattr(header, name) != getattr(note.header, name)]
            raise BadValue(f"credit note {number} has another {', '.join(differing)} in line {note.rows[0].row.line}")
        rows = note.of_files.get(row.file, [])
        quantity = self._line.quantity(row) if self._line else 0
        if self._line and quantity:
            require(quantity > 0, f"line.quantity: {quantity}: a credit note says what came back; what goes out again is an order")
            line = self._line.whole(row, len(rows) + 1)
            new = NoteRow(row.place(), line, self._line.called(row), Decimal(0))
        else:
            amount = self._amount(row) if self._amount else Decimal(0)
            if not amount:
                self._report.ignored["a credit note's row of nothing: neither units nor an amount"] += 1
                return
            new = NoteRow(row.place(), None, self._line.product(row) if self._line else "", amount)
        note.of_files.setdefault(row.file, rows).append(new)
        found[number] = note
        self._report.taken["credit_note"] += 1

    def _header(self, row: Row) -> NoteHeader:
        partner, on = self._partner(row), self._on(row)
        require(partner in self._partners, f"partner {partner} is not among the partners")
        if on is None:
            raise BadValue("on is empty")
        return NoteHeader(
            partner=partner,
            on=on,
            reason=self._reason(row),
            sale=self._sale(row) or None,
            currency=self._currency(row),
            sales_rep=self._sales_rep(row) or None,
            warehouse=self._warehouse(row) or None,
        )
