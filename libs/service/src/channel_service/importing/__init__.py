"""Importing files of any length, as NDJSON or CSV: a new importable thing is a command and the name of its kind."""

from channel_service.importing.importable import Importable, ImportSet, never, not_first
from channel_service.importing.lines import MAX_LINE_BYTES
from channel_service.importing.problems import IMPORT_PROBLEMS
from channel_service.importing.routes import import_routes

__all__ = ["IMPORT_PROBLEMS", "MAX_LINE_BYTES", "ImportSet", "Importable", "import_routes", "never", "not_first"]
