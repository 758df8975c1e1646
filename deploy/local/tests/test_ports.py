"""Ports: who decides, and who is in the way."""

import os
import socket

import pytest
from qudao_local.ports import PORTS, PortsTaken, choose, free_ports, listener, require_free

NAMES = ["metrics", "postgres"]


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        ({}, {}, {"metrics": PORTS["metrics"], "postgres": PORTS["postgres"]}),
        ({}, {"QUDAO_PORT_BASE": "9100"}, {"metrics": 9101, "postgres": 9102}),
        ({}, {"QUDAO_PORT_BASE": "9100", "QUDAO_PORT_METRICS": "7000"}, {"metrics": 7000, "postgres": 9102}),
        ({"metrics": 6000}, {"QUDAO_PORT_METRICS": "7000"}, {"metrics": 6000, "postgres": PORTS["postgres"]}),
    ],
)
def test_the_nearest_word_about_a_port_wins(given: dict[str, int], environment: dict[str, str], expected: dict[str, int]) -> None:
    assert choose(NAMES, given, environment) == expected


def test_zero_means_a_free_port_of_its_own_for_each_part() -> None:
    chosen = choose(NAMES, {}, {"QUDAO_PORT_BASE": "0"})
    assert len(set(chosen.values())) == 2
    assert all(listener(port) is None for port in chosen.values())


@pytest.mark.parametrize("word", ["many", "-1", "70000"])
def test_a_port_that_is_none_is_refused_by_the_name_of_its_variable(word: str) -> None:
    with pytest.raises(ValueError, match="QUDAO_PORT_BASE"):
        choose(NAMES, {}, {"QUDAO_PORT_BASE": word})


def test_a_port_for_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="metrix"):
        choose(NAMES, {"metrix": 8104}, {})


def test_all_taken_ports_are_named_with_who_has_them() -> None:
    metrics, postgres, free = free_ports(3)
    with socket.create_server(("127.0.0.1", metrics)), socket.create_server(("127.0.0.1", postgres)):
        with pytest.raises(PortsTaken) as refusal:
            require_free({"metrics": metrics, "postgres": postgres, "broker": free})
        assert f"port {metrics} (metrics) is in use by pid {os.getpid()}" in str(refusal.value)
        assert f"port {postgres} (postgres) is in use by pid {os.getpid()}" in str(refusal.value)
        assert str(free) not in str(refusal.value)
    require_free({"metrics": metrics, "postgres": postgres})
