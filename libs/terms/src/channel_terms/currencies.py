"""The currencies of ISO 4217, list one (amendment 179), without funds, metals and codes for testing; and rounding to what they have."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from channel_terms.written import Written, Wrong

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD
EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL
MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""

MINOR_DIGITS = {code: digits for digits, codes in ((0, _NONE), (2, _TWO), (3, _THREE)) for code in codes.split()}
"""Digits behind the point of an amount that can be paid, by currency."""

CURRENCIES = frozenset(MINOR_DIGITS)


_WIDE = Context(prec=1000, rounding=ROUND_HALF_EVEN)
"""Python's usual 28 digits would refuse to round a sum with more of them."""


def rounded(value: Decimal, currency: str) -> Decimal:
    """To what can be paid in the currency, half to even. One that is not on the list has two digits, as nearly all: currencies are
    taken off it, and what was booked in them stays."""
    return value.quantize(Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2)), context=_WIDE)


def _currency(value: Any) -> Any:
    if isinstance(value, str) and value not in CURRENCIES:
        raise Wrong("must be a currency of ISO 4217, like CNY", "应为 ISO 4217 货币代码，如 CNY")
    return value


Currency: TypeAlias = Annotated[str, Meta(examples=["CNY"], description="ISO 4217, by its three letters."), Written(_currency)]
"""A currency in use, by its three letters."""
