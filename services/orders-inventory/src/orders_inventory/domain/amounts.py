"""What quantities and money may be, and the part of a discount that goes with part of a line."""

from decimal import Decimal

from channel_events.pure import Rejected

MAX_QUANTITY = 10**9
"""Units, in one line or one receipt."""

_MOST_VALUE = Decimal(10**15)
_DECIMALS = 10
# With these limits every product and difference of amounts has at most 28 digits, where Decimal is exact.


def checked_quantity(quantity: int, **of: str) -> int:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Rejected("quantity_invalid", quantity=quantity, most=MAX_QUANTITY, **of)
    return quantity


def checked_price(unit_price: Decimal, quantity: int, **of: str) -> Decimal:
    """A price of at least zero with at most 10 decimals, of a line worth less than 10^15."""
    if not _is_amount(unit_price) or quantity * unit_price >= _MOST_VALUE:
        raise Rejected("unit_price_invalid", unit_price=str(unit_price), **of)
    return unit_price


def checked_list_price(unit_price: Decimal) -> Decimal:
    """A price of one unit: at least zero, below 10^15, with at most 10 decimals."""
    if not _is_amount(unit_price) or unit_price >= _MOST_VALUE:
        raise Rejected("price_invalid", unit_price=str(unit_price))
    return unit_price


def checked_amount(amount: Decimal) -> Decimal:
    """An amount of money: above zero, below 10^15, with at most 10 decimals."""
    if not _is_amount(amount) or not 0 < amount < _MOST_VALUE:
        raise Rejected("amount_invalid", amount=str(amount))
    return amount


def checked_discount(discount: Decimal, gross: Decimal, **of: str) -> Decimal:
    """A discount from zero to the whole of the line's ``gross``, with at most 10 decimals."""
    if not _is_amount(discount) or discount > gross:
        raise Rejected("discount_invalid", discount=str(discount), gross=str(gross), **of)
    return discount


def _is_amount(amount: Decimal) -> bool:
    # Infinities and NaN have no exponent; 1E+5 would travel in a form that not every reader of JSON texts knows.
    return amount.is_finite() and -_DECIMALS <= _exponent(amount) <= 0 and amount >= 0


def _exponent(amount: Decimal) -> int:
    """Of a finite one. Of the text, since a tuple of all its digits takes as long as all else that is checked of a line."""
    text = str(amount)
    if "E" in text:  # 1E+5, or a very small one
        return int(amount.as_tuple().exponent)
    point = text.find(".")
    return 0 if point < 0 else point + 1 - len(text)


def portion(discount: Decimal, units: int, part: int) -> Decimal:
    """The discount that goes with ``part`` of the ``units`` which still carry ``discount``: discount * part / units.

    At most 10 decimals, rounded half-even; the last part takes what is left. So the parts of a line add up to its
    discount exactly, in whatever portions it is cancelled, shipped and returned.
    """
    if part == units:
        return discount
    share = discount * part / units
    return share if _exponent(share) >= -_DECIMALS else round(share, _DECIMALS)
