"""Exports of any service: the log, broken off and resumed, clients that are slow or leave, and as many as there are places."""

import asyncio
import io
import json
from typing import Any

import asyncpg
import httpx
import pyarrow.parquet as pq
import pytest
from channel_events.pure import On
from channel_service.exporting import answer as answers
from channel_service.testing import Running

from .specimen.counter import COUNTER, Raise  # noqa: TID252
