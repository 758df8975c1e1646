"""What earlier loads of a data set have fixed, kept in its data folder: a later export that grew builds on it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Self

import msgspec

from qudao_local.demo.documents import Document, NoteDocument, Order, Receipt, WriteOff

NAME = "loaded.json"


class TakenNote(msgspec.Struct, frozen=True):
    """A credit note as it was sent; ``said`` is the digest of what the export said of it."""

    said: str
    documents: tuple[NoteDocument, ...]


class Earlier(msgspec.Struct, frozen=True):
    """``before``: the day since which masters are there. ``receipts``: the opening stock that was made up, as it was sent. ``notes``: how
    each credit note was taken, by its number."""

    before: date | None = None
    receipts: tuple[Receipt, ...] = ()
    notes: dict[str, TakenNote] = {}

    @classmethod
    def of(cls, folder: Path) -> Self:
        """What the data folder has of it; nothing when there was no load."""
        try:
            return msgspec.json.decode((folder / NAME).read_bytes(), type=cls)
        except FileNotFoundError:
            return cls()

    def write(self, folder: Path) -> None:
        """Before anything is sent: what was sent and not written down would be sent once more, under another reference."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f"{NAME}.new"
        draft.write_bytes(msgspec.json.encode(self))
        draft.replace(folder / NAME)

    def with_stock_for(self, name: str, documents: Iterable[Document], on: date, *, wanted: bool) -> "Earlier":
        """With a further receipt of each SKU for all that is ordered or lost, and not covered yet.

        Under the data set's name, so that two may share a warehouse. The earlier ones stay as they are: a receipt that says another
        quantity is another one under the same reference, and refused. Not ``wanted``: as it is, with the documents read all the same.
        """
        missing: Counter[tuple[str, str]] = Counter()
        for document in documents:
            if isinstance(document, Order):
                for line in document.lines:
                    missing[document.warehouse, line.sku] += line.quantity
            elif isinstance(document, WriteOff):
                missing[document.warehouse, document.sku] += document.quantity
        loads = {receipt.reference for receipt in self.receipts}
        reference = f"opening {name}" if not loads else f"opening {name} {len(loads) + 1}"
        for receipt in self.receipts:
            missing[receipt.warehouse, receipt.sku] -= receipt.quantity
        new = [Receipt(*of, quantity, reference, on) for of, quantity in sorted(missing.items()) if quantity > 0 and wanted]
        return msgspec.structs.replace(self, receipts=(*self.receipts, *new))
