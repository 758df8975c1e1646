"""What no other service tells of yet, taken in by doors of our own: to which streams it goes."""

from collections.abc import Iterator

from channel_events import On

from incentives.domain.cost import COST, SetCost, cost_key
from incentives.domain.exchange_rate import EXCHANGE_RATE, TellExchangeRate, rate_key
from incentives.domain.payment import PAYMENT, PaymentCommand, payment_key
from incentives.domain.quota import QUOTA, SetQuota, quota_key
from incentives.domain.responsibility import RESPONSIBILITY, SetResponsibility, responsibility_key
from incentives.domain.split import SPLIT, SplitOrder, split_key


def setting_quota(c: SetQuota) -> Iterator[On]:
    yield On(QUOTA, quota_key(c), c)


def paying(c: PaymentCommand) -> Iterator[On]:
    yield On(PAYMENT, payment_key(c), c)


def splitting(c: SplitOrder) -> Iterator[On]:
    yield On(SPLIT, split_key(c), c)


def setting_responsibility(c: SetResponsibility) -> Iterator[On]:
    yield On(RESPONSIBILITY, responsibility_key(c), c)


def telling_rate(c: TellExchangeRate) -> Iterator[On]:
    yield On(EXCHANGE_RATE, rate_key(c), c)


def setting_cost(c: SetCost) -> Iterator[On]:
    yield On(COST, cost_key(c), c)
