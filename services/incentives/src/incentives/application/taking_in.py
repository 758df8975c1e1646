"""What no other service tells of yet, taken in by doors of our own."""

from collections.abc import Iterator

from channel_events import On

from incentives.domain.payment import PAYMENT, PaymentCommand, payment_key
from incentives.domain.quota import QUOTA, SetQuota, quota_key


def setting_quota(c: SetQuota) -> Iterator[On]:
    yield On(QUOTA, quota_key(c), c)


def paying(c: PaymentCommand) -> Iterator[On]:
    yield On(PAYMENT, payment_key(c), c)
