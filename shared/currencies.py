"""Currencies: the codes of ISO 4217 that money is in, and their minor units. Pure."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.money import NO_CURRENCY

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN
BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD
FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS
KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XDR XOF XPF YER ZAR ZMW ZWG ZWL
"""
_WITHOUT_CENTS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_MILLS = "BHD IQD JOD KWD LYD OMR TND"
CODES = frozenset(_CODES.split())
"""In force, and those that ended lately, for what is restated in them."""
WITHOUT_CENTS = frozenset(_WITHOUT_CENTS.split())
WITH_MILLS = frozenset(_WITH_MILLS.split())
_MEANT = {"RMB": "CNY", "CNH": "CNY", "NTD": "TWD", "NIS": "ILS", "UKP": "GBP", "STG": "GBP"}
"""What is written for a currency whose code is another one."""


class CurrencyError(ValueError):
    """The text is no code of ISO 4217; the message says which one is meant, if that is known."""


def check_currency(code: str) -> str:
    """The code. Raises CurrencyError."""
    if code in CODES:
        return code
    if code == NO_CURRENCY:
        raise CurrencyError(f"{NO_CURRENCY} means no currency; leave it out or name one")
    if code in _MEANT:
        raise CurrencyError(f"{code} is no code of ISO 4217: write {_MEANT[code]}")
    raise CurrencyError(f"{code[:20]!r} is no code of ISO 4217, such as CNY, USD or EUR")


def _checked(code: str) -> str:
    try:
        return check_currency(code)
    except CurrencyError as error:
        raise PydanticCustomError("currency_invalid", "{detail}", {"detail": str(error)}) from error


Known = AfterValidator(_checked)
PATTERN = r"^[A-Z]{3}$"
CurrencyCode = Annotated[str, Field(pattern=PATTERN), Known]
"""Of bodies: code `currency_invalid`."""
