"""What was told of quotas, rulings, payments, exchange rates and costs."""

from incentives.application.said import Says
from incentives.domain.cost import CostSet, SetCost
from incentives.domain.exchange_rate import ExchangeRateTold, TellExchangeRate
from incentives.domain.payment import PaymentReceived, PaymentTakenBack, ReceivePayment, TakeBackPayment
from incentives.domain.quota import QuotaSet, SetQuota
from incentives.domain.ruling import RecordRuling, RulingRecorded


def _rate(e: ExchangeRateTold) -> TellExchangeRate:
    return TellExchangeRate(base=e.base, quote=e.quote, day=e.occurred_on, rate=e.rate)


SAYS: Says = {
    QuotaSet: SetQuota,
    RulingRecorded: RecordRuling,
    PaymentReceived: ReceivePayment,
    PaymentTakenBack: TakeBackPayment,
    ExchangeRateTold: _rate,
    CostSet: SetCost,
}
