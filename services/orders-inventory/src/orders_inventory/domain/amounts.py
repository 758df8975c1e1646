"""What quantities and money may be, and the part of a discount that goes with part of a line."""

from decimal import Decimal

from channel_events.pure import Rejected

MAX_QUANTITY = 10**9
"""Units, in one line or one receipt."""

_MOST = Decimal(10**12)
_MOST_VALUE = Decimal(10**15)
_FINEST_PRICE = Decimal("1e-6")
_FINEST_SHARE = Decimal("1e-10")
# The limits keep every product and difference below within 28 digits, where Decimal is exact.


def checked_quantity(quantity: int, **of: str) -> int:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Rejected("quantity_invalid", quantity=quantity, most=MAX_QUANTITY, **of)
    return quantity


def checked_price(unit_price: Decimal, quantity: int, **of: str) -> Decimal:
    """A price from 0 to below 10^12 with at most 6 decimals, of a line worth less than 10^15."""
    if not _is_amount(unit_price) or quantity * unit_price >= _MOST_VALUE:
        raise Rejected("unit_price_invalid", unit_price=str(unit_price), **of)
    return unit_price


def checked_discount(discount: Decimal, gross: Decimal, **of: str) -> Decimal:
    """A discount from 0 to the whole of the line's ``gross``, with at most 6 decimals."""
    if not (discount.is_finite() and 0 <= discount <= gross and discount == discount.quantize(_FINEST_PRICE)):
        raise Rejected("discount_invalid", discount=str(discount), gross=str(gross), **of)
    return discount


def _is_amount(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount < _MOST and amount == amount.quantize(_FINEST_PRICE)


def portion(discount: Decimal, units: int, part: int) -> Decimal:
    """The discount that goes with ``part`` of the ``units`` which still carry ``discount``: discount * part / units.

    At most 10 decimals, rounded half-even; the last part takes what is left. So the parts of a line add up to its
    discount exactly, in whatever portions it is cancelled, shipped and returned.
    """
    if part == units:
        return discount
    share = discount * part / units
    exponent = share.as_tuple().exponent
    return share if isinstance(exponent, int) and exponent >= -10 else share.quantize(_FINEST_SHARE)
