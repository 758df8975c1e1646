"""A log that takes nothing more fails nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from channel_service.testing import bearer

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_service_whose_log_is_full_starts_answers_and_ends_in_order(form: str, specimen: Callable[..., Any]) -> None:
    process = specimen(LOG_FORMAT=form, LOG_LEVEL="debug")
    process.log.symlink_to(FULL)
    process.start()
    with httpx.Client(base_url=process.address, headers=bearer()) as client:
        assert [client.get("/v1/counters/a").status_code for _ in range(50)] == [200] * 50
        assert client.get("/v1/boom").status_code == 500
    assert process.end() == 0
