"""Importing a file of products, warehouses, receipts, orders, cancellations and returns, of any length."""

from orders_inventory.application.imports.csv import CsvReader
from orders_inventory.application.imports.lines import MAX_LINE_BYTES
from orders_inventory.application.imports.ndjson import NdjsonReader
from orders_inventory.application.imports.results import RowResult, Summary
from orders_inventory.application.imports.rows import Reader
from orders_inventory.application.imports.run import Import, PartnersOf

__all__ = ["MAX_LINE_BYTES", "CsvReader", "Import", "NdjsonReader", "PartnersOf", "Reader", "RowResult", "Summary"]
