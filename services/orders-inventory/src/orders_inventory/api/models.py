"""Types that several resources use."""

from typing import Annotated

from pydantic import Field

OrderId = Annotated[str, Field(description="source:external_id", max_length=203, examples=["shop:1001"])]
Sku = Annotated[str, Field(min_length=1, max_length=64, examples=["PEN-01"])]
Warehouse = Annotated[str, Field(min_length=1, max_length=40, examples=["sh"])]
