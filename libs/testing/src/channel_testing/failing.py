"""How the kit says that a promise is broken, also under ``python -O``."""


def must(holds: bool, otherwise: str) -> None:
    """``AssertionError`` with the text, unless it holds."""
    if not holds:
        raise AssertionError(otherwise)
