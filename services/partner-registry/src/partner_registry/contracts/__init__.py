"""Tolerant models of other services' events. This service needs none of them."""
