"""Errors of a connection that is gone."""

import asyncpg

DRIVER_LOST = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What asyncpg itself says of a lost connection: that it is closed, or that it is confused, which it is when the server's
goodbye comes between two steps of one statement (test_a_goodbye_between_two_steps_is_a_lost_connection)."""
