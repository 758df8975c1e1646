"""Importing files of any length, as NDJSON or CSV: a new importable thing is a model of its row and the commands it makes."""

from channel_service.importing.importable import Code, Importable, ImportRow, ImportSet, Known, Name, Reference, never, not_first
from channel_service.importing.lines import MAX_LINE_BYTES
from channel_service.importing.problems import IMPORT_PROBLEMS
from channel_service.importing.routes import import_routes

__all__ = [
    "IMPORT_PROBLEMS",
    "MAX_LINE_BYTES",
    "Code",
    "ImportRow",
    "ImportSet",
    "Importable",
    "Known",
    "Name",
    "Reference",
    "import_routes",
    "never",
    "not_first",
]
