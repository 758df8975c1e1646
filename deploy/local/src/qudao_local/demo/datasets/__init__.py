"""A user's own export, described by a mapping file instead of code."""

from qudao_local.demo.datasets.earlier import Earlier
from qudao_local.demo.datasets.find import find_mapping
from qudao_local.demo.datasets.load import load
from qudao_local.demo.datasets.mapping import Mapping, read_mapping
from qudao_local.demo.datasets.report import BadRow, DataError, MappingError, Report

__all__ = ["BadRow", "DataError", "Earlier", "Mapping", "MappingError", "Report", "find_mapping", "load", "read_mapping"]
