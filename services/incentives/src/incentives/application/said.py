"""The service's history as the commands that say it: played into an empty service they give the same lists. Plans are not among them:
whoever brings a plan elsewhere has it approved there, by somebody else."""

from channel_events import Recorded
from channel_events.pure import say
from msgspec import Struct

from incentives.application.said_programmes import said_of_programmes
from incentives.domain.cost import CostSet, SetCost
from incentives.domain.exchange_rate import ExchangeRateTold, TellExchangeRate
from incentives.domain.payment import PaymentReceived, PaymentTakenBack, ReceivePayment, TakeBackPayment
from incentives.domain.quota import QuotaSet, SetQuota
from incentives.domain.responsibility import ResponsibilitySet, SetResponsibility
from incentives.domain.ruling import RecordRuling, RulingRecorded
from incentives.domain.split import OrderSplit, SplitOrder
from incentives.domain.superior import SetSuperior, SuperiorSet, SuperiorWithdrawn, WithdrawSuperior

_SAYS: dict[type[Struct], type[Struct]] = {
    QuotaSet: SetQuota,
    RulingRecorded: RecordRuling,
    PaymentReceived: ReceivePayment,
    PaymentTakenBack: TakeBackPayment,
    OrderSplit: SplitOrder,
    ResponsibilitySet: SetResponsibility,
    SuperiorSet: SetSuperior,
    CostSet: SetCost,
}


def said(event: Recorded) -> Struct | None:
    """The command that says the same; None for plans."""
    return _told(event) or said_of_programmes(event)


def _told(event: Recorded) -> Struct | None:
    match event.data:
        case ExchangeRateTold() as e:
            return TellExchangeRate(base=e.base, quote=e.quote, day=e.occurred_on, rate=e.rate)
        case SuperiorWithdrawn() as e:
            return WithdrawSuperior(payee_id=e.payee_id, since=e.since, on=e.occurred_on)
    command = _SAYS.get(type(event.data))
    return None if command is None else say(command, event.data)
