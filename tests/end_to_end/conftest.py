"""The whole platform as its users see it: processes on free ports, spoken to over HTTP only."""

from collections.abc import Iterator

import pytest
from qudao_local.ports import PORTS
from qudao_local.stack import Stack

from .platform import Platform


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), given=dict.fromkeys(PORTS, 0), say=lambda *_: None) as running:
        yield running


@pytest.fixture(scope="module")
def platform(stack: Stack) -> Iterator[Platform]:
    """With a territory, an active retailer, a warehouse and two products in stock."""
    with Platform(stack.urls, stack.token()) as ready:
        ready.prepare()
        yield ready
