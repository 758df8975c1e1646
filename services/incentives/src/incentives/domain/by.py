"""Who asks."""

from typing import Annotated, TypeAlias

from msgspec import Meta

By: TypeAlias = Annotated[
    Annotated[str, Meta(max_length=500)] | None,
    Meta(description="Who asks: taken from the token, whatever is said here.", examples=["ann"]),
]
