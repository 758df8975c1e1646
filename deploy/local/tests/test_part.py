"""How long a part that ends again and again is left alone."""

import pytest
from qudao_local.part import _pause


@pytest.mark.parametrize(("in_row", "seconds"), [(1, 0.5), (2, 1), (7, 30), (1_025, 30), (10**9, 30)])
def test_the_pause_grows_to_half_a_minute_and_stays(in_row: int, seconds: float) -> None:
    assert _pause(in_row) == seconds
