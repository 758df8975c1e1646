"""Refusals as problem details (RFC 9457): a catalogue of stable codes with texts in English and Chinese."""

from channel_service.problems.catalogue import COMMON, Problem, ProblemCatalogue

__all__ = ["COMMON", "Problem", "ProblemCatalogue"]
