"""The words that commands on orders, stock and catalogue are made of."""

from typing import Annotated, TypeAlias

from msgspec import Meta

SourceName: TypeAlias = Annotated[str, Meta(max_length=102, description="Where the number comes from.", examples=["shop"])]
OrderNumber: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100, examples=["1001"])]
LineId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, examples=["1"])]
Sku: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, examples=["PEN-01"])]
WarehouseCode: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, examples=["sh"])]
PartnerId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100, examples=["p-1001"])]
PriceList: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, examples=["retail"])]
CurrencyCode: TypeAlias = Annotated[str, Meta(min_length=1, max_length=20, description="ISO 4217, by its three letters.", examples=["CNY"])]
