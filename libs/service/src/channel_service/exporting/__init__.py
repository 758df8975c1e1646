"""Exporting: every list as NDJSON, CSV and Parquet, the log as CloudEvents, a service's history as documents that its import takes."""

from channel_service.exporting.answer import Export
from channel_service.exporting.documents import document_routes
from channel_service.exporting.encoders import encoder
from channel_service.exporting.formats import FormatQuery, answers, chosen
from channel_service.exporting.lists import export_routes, list_parts
from channel_service.paging import Everything

__all__ = ["Everything", "Export", "FormatQuery", "answers", "chosen", "document_routes", "encoder", "export_routes", "list_parts"]
