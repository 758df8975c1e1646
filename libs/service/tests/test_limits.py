"""A caller who floods is slowed down, and nobody else."""

from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from channel_events.pure import Rejected
from channel_service.http.limits import SIGN_IN, Limits, spend_source
from channel_service.rates import Limiter, Rate
from channel_service.testing import running
from hypothesis import given
from hypothesis import strategies as st
from specimen.app import SERVICE
from starlette.requests import Request


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Caller(NamedTuple):
    subject: str
    partner_id: str | None = None
    source: str | None = None


class Denied(NamedTuple):
    code: str


def test_a_burst_then_the_rate_then_all_comes_back() -> None:
    clock = Clock()
    limiter = Limiter(Rate(2, 4), clock)
    assert [limiter.spend("a").remaining for _ in range(4)] == [3, 2, 1, 0]
    assert limiter.spend("a") == (0, 2.0, 0.5)
    clock.now += 0.5
    assert limiter.spend("a").wait == 0
    assert limiter.spend("a").wait == 0.5
    assert limiter.spend("b").remaining == 3
    clock.now += 60
    assert limiter.spend("a") == (3, 0.5, 0)


@given(st.lists(st.floats(0, 3), max_size=200), st.sampled_from([Rate(1, 1), Rate(0.2, 10), Rate(7, 3)]))
def test_never_more_than_burst_and_rate_allow_and_never_refused_below(pauses: list[float], rate: Rate) -> None:
    clock = Clock()
    limiter, allowed, tokens = Limiter(rate, clock), 0, float(rate.burst)
    began = clock.now
    for pause in pauses:
        clock.now += pause
        tokens = min(rate.burst, tokens + pause * rate.per_second)
        left = limiter.spend("a")
        if left.wait == 0:
            allowed, tokens = allowed + 1, tokens - 1
        else:
            assert tokens < 1 + 1e-6
            assert left.wait == pytest.approx((1 - tokens) / rate.per_second, abs=1e-6)
    assert allowed <= rate.burst + (clock.now - began) * rate.per_second + 1e-6


def test_callers_at_rest_are_forgotten_and_a_flood_of_addresses_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_service.rates._MANY", 100)
    clock = Clock()
    limiter = Limiter(Rate(1, 2), clock)
    limiter.spend("guilty"), limiter.spend("guilty")
    for number in range(1000):
        limiter.spend(f"{number}")
        assert len(limiter._paid) <= 100
    assert limiter.spend("guilty").wait > 0
    clock.now += 10
    for number in range(101):
        limiter.spend(f"later {number}")
    assert "guilty" not in limiter._paid


class Asked:
    """The limits around an application that answers ``status``."""

    def __init__(self) -> None:
        self.clock, self.status = Clock(), 200
        rates = {"staff": Rate(10, 20), "partner": Rate(1, 5), "source": Rate(1, 2), SIGN_IN: Rate(0.2, 10)}
        self.limiters = {kind: Limiter(rate, self.clock) for kind, rate in rates.items()}
        self.limits = Limits(self.limiters)

    def ask(self, address: str = "10.0.0.1", **state: Any) -> tuple[int, dict[str, str]]:
        """The status of the answer, and what its head says of limits."""
        answer: Any = SimpleNamespace(more=(), on_status=None)
        refusal = self.limits.ask({"type": "http", "client": (address, 1), "state": state}, answer)
        status = self.status if refusal is None else 429
        if answer.on_status is not None:
            answer.on_status(status)
        headers = {name.decode(): value.decode() for name, value in answer.more}
        return status, headers if refusal is None else headers | {"retry-after": str(refusal.seconds)}


def test_a_partner_that_floods_at_a_hundred_times_its_limit_is_limited_and_it_alone() -> None:
    edge, flooding, quiet = Asked(), Caller("u1", partner_id="p-1"), Caller("u2", partner_id="p-2")
    done = refused = 0
    for tenth in range(100):  # ten seconds, in each of them a hundred requests of the one and one of the other
        for _ in range(10):
            status, headers = edge.ask(principal=flooding)
            done, refused = done + (status == 200), refused + (status == 429)
            if status == 429:
                assert headers["retry-after"] == "1"
                assert headers["ratelimit"].startswith('"partner";r=0;t=')
        if tenth % 10 == 0:
            assert (edge.ask(principal=quiet))[0] == 200
            assert (edge.ask(principal=Caller("ann")))[0] == 200
        edge.clock.now += 0.1
    assert done + refused == 1000
    assert 5 <= done <= 5 + 10


def test_an_answer_tells_what_is_left() -> None:
    edge = Asked()
    _, headers = edge.ask(principal=Caller("machine", source="shop"))
    assert headers == {"ratelimit-policy": '"source";q=2;w=2', "ratelimit": '"source";r=1;t=1'}
    _, headers = edge.ask(principal=Caller("ann"))
    assert headers["ratelimit"] == '"staff";r=19;t=1'


def test_two_people_of_one_partner_share_its_limit() -> None:
    edge = Asked()
    answers = [edge.ask(principal=Caller(f"u{number}", partner_id="p-1")) for number in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [429]


def test_after_ten_bad_tokens_an_address_waits_and_others_do_not() -> None:
    edge = Asked()
    edge.status = 401
    bad = Denied("token_invalid")
    assert [(edge.ask(denied=bad))[0] for _ in range(12)] == [401] * 10 + [429] * 2
    assert (edge.ask(denied=bad))[1]["retry-after"] == "5"
    assert (edge.ask("10.0.0.2", denied=bad))[0] == 401
    edge.status = 200
    assert (edge.ask(principal=Caller("ann")))[0] == 200  # behind the same address, with a good one
    assert (edge.ask(denied=Denied("token_missing")))[0] == 200  # an open route
    edge.status = 401
    edge.clock.now += 5
    assert [(edge.ask(denied=bad))[0] for _ in range(2)] == [401, 429]


def test_an_ipv6_customer_is_one_address_and_a_bad_token_on_an_open_route_is_no_failure() -> None:
    edge = Asked()
    bad = Denied("token_invalid")
    assert {(edge.ask(f"2001:db8::{number:x}", denied=bad))[0] for number in range(20)} == {200}
    edge.status = 401
    assert [(edge.ask(f"2001:db8::{number:x}", denied=bad))[0] for number in range(12)] == [401] * 10 + [429] * 2
    assert (edge.ask("2001:db8:0:1::1", denied=bad))[0] == 401


def test_a_source_that_signs_has_its_own_limit() -> None:
    edge = Asked()

    class App:
        class state:  # noqa: N801 - as Starlette has it
            limiters = edge.limiters

    request = Request({"type": "http", "app": App, "headers": []})
    for _ in range(2):
        spend_source(request, "shop")
    with pytest.raises(Rejected) as refused:
        spend_source(request, "shop")
    assert (refused.value.code, refused.value.facts) == ("too_many_requests", {"retry_after": 1})
    spend_source(request, "other")


async def test_over_http_a_partner_is_limited_by_its_token_and_others_are_not(url: str) -> None:
    async with running(SERVICE, database_url=url, rate_partner="0.01/3") as client:
        flooding, quiet = client.as_("partner", partner_id="p-1"), client.as_("partner", partner_id="p-2")
        answers = [await flooding.get("/v1/rows") for _ in range(5)]
        assert [answer.status_code == 429 for answer in answers] == [False] * 3 + [True] * 2
        assert answers[-1].json()["code"] == "too_many_requests"
        assert int(answers[-1].headers["retry-after"]) > 90
        assert answers[0].headers["ratelimit"].startswith('"partner";r=2')
        assert (await quiet.get("/v1/rows")).status_code != 429
        assert (await client.get("/v1/rows")).status_code == 200
        assert (await client.get("/health/live")).status_code == 200


async def test_over_http_bad_tokens_are_slowed_down_after_ten(url: str) -> None:
    async with running(SERVICE, database_url=url) as client:
        bad = {"authorization": "Bearer nonsense"}
        answers = [(await client.get("/v1/rows", headers=bad)).status_code for _ in range(12)]
        assert answers == [401] * 10 + [429] * 2
        assert (await client.get("/v1/rows")).status_code == 200
