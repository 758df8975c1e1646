"""Exporting: every list as NDJSON, CSV and Parquet, the log as CloudEvents, a service's history as documents that its import takes."""

from channel_service.exporting.answer import Export
from channel_service.exporting.lists import export_routes

__all__ = ["Export", "export_routes"]
