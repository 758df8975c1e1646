"""The brand's world: territories, partners with their weight in the business, products with price and popularity, warehouses."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qudao_local.demo.documents import Partner, Product, Territory, Warehouse
from qudao_local.demo.generator import names

PARTNERS = 200
PRODUCTS = 300
ROOT = "cn"


@dataclass(frozen=True, slots=True)
class World:
    """Lists that belong together run in parallel: ``weights[i]`` is the share of ``partners[i]`` in the orders."""

    territories: list[Territory]
    partners: list[Partner]
    weights: list[float]
    warehouse_of: list[str]
    products: list[Product]
    prices: list[int]
    """Cents."""
    popularity: list[float]
    warehouses: list[Warehouse]


def build(seed: int, opened_on: date) -> World:
    """Everything exists since ``opened_on``."""
    rng = random.Random(f"{seed}/world")  # noqa: S311 (reproducible, not secret)
    products, prices, popularity = _products(rng, opened_on)
    partners, warehouse_of = _partners(rng, opened_on)
    return World(
        territories=_territories(opened_on),
        partners=partners,
        weights=partner_weights(PARTNERS),
        warehouse_of=warehouse_of,
        products=products,
        prices=prices,
        popularity=popularity,
        warehouses=[Warehouse(code, name, territory, opened_on) for code, (name, territory) in names.WAREHOUSES.items()],
    )


def _territories(on: date) -> list[Territory]:
    tree = [Territory(ROOT, "中国 China", None, on)]
    for region, (name, _, provinces) in names.REGIONS.items():
        tree.append(Territory(region, name, ROOT, on))
        tree += [Territory(code, province, region, on) for code, (province, _) in provinces.items()]
    return tree


def partner_weights(count: int) -> list[float]:
    """Shares of the business by rank: the first 1 % have 20 % of it, the first 10 % have 59 %, each rank less than the one before."""
    top, tenth = max(1, count // 100), max(2, count // 10)
    weights: list[float] = []
    for first, last, share in ((0, top, 0.20), (top, tenth, 0.39), (tenth, count, 0.41)):
        # Within a class the last has a third of the first; that keeps the classes apart.
        falling = [1.5 - (rank - first) / max(1, last - first) for rank in range(first, last)]
        weights += [share * part / sum(falling) for part in falling]
    return weights


def _partners(rng: random.Random, on: date) -> tuple[list[Partner], list[str]]:
    places = [
        (region, warehouse, province, city)
        for region, (_, warehouse, provinces) in names.REGIONS.items()
        for province, (_, cities) in provinces.items()
        for city in cities
    ]
    partners: list[Partner] = []
    warehouses: list[str] = []
    wholesalers: dict[str, list[str]] = {}
    used: set[str] = set()
    for rank, channel in enumerate(_channels_by_rank(rng)):
        region, warehouse, province, city = rng.choice(places)
        partner_id = f"P{rank + 1:03d}"
        wholesale = channel in {"distributor", "agent"}
        above = None if wholesale or channel in {"direct", "ecommerce"} else wholesalers.get(region)
        partners.append(
            Partner(
                partner_id=partner_id,
                name=_partner_name(rng, city, channel, used),
                channel_type=channel,
                territory=province,
                on=on,
                segment="key account" if rank < PARTNERS // 10 else "core" if rank < PARTNERS // 2 else "long tail",
                parent=rng.choice(above) if above else None,
            )
        )
        warehouses.append(warehouse)
        if wholesale:
            wholesalers.setdefault(region, []).append(partner_id)
    return partners, warehouses


def _channels_by_rank(rng: random.Random) -> list[str]:
    """The biggest are distributors, online shops and the brand's own centres; below them all channels mix."""
    remaining = {channel: count for channel, (count, _, _) in names.CHANNELS.items()}
    top = ["distributor"] * 10 + ["ecommerce"] * 5 + ["direct"] * 2 + ["retailer"] * 3
    for channel in top:
        remaining[channel] -= 1
    rest = [channel for channel, count in remaining.items() for _ in range(count)]
    rng.shuffle(top)
    rng.shuffle(rest)
    return top + rest


def _partner_name(rng: random.Random, city: str, channel: str, used: set[str]) -> str:
    _, endings, _ = names.CHANNELS[channel]
    stem = f"{city}{rng.choice(names.HOUSES)}{rng.choice(endings)}"
    name, number = stem, 1
    while name in used:
        number += 1
        name = f"{stem} {number}"
    used.add(name)
    return name


def _products(rng: random.Random, on: date) -> tuple[list[Product], list[int], list[float]]:
    families = [
        (category, subcategory, called, usual)
        for category, subcategories in names.CATALOGUE.items()
        for subcategory, (called, usual) in subcategories.items()
    ]
    products: list[Product] = []
    prices: list[int] = []
    for number in range(PRODUCTS):
        category, subcategory, called, usual = families[number % len(families)]
        model = number // len(families) + 1
        products.append(Product(f"QY-{number + 1:04d}", f"{called} {model:02d} {rng.choice(names.COLOURS)}", category, subcategory, on))
        prices.append(max(590, round(usual * rng.lognormvariate(0, 0.35)) * 100 - rng.choice([0, 10, 100])))
    order = list(range(PRODUCTS))
    rng.shuffle(order)
    popularity = [0.0] * PRODUCTS
    for rank, product in enumerate(order):
        popularity[product] = 1 / (rank + 8)
    return products, prices, popularity


def money(cents: int) -> Decimal:
    """Two decimals, exactly."""
    return Decimal(cents).scaleb(-2)
