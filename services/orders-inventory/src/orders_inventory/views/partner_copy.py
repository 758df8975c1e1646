"""The local copy of partners: what an order needs to know of the one who orders, and who sees it."""

from channel_service.partners import PartnerCopy

from orders_inventory.domain.order import PARTNER, OrderingPartner

PARTNERS = PartnerCopy("partner_copy", version=4, columns=["channel_type", "segment", "status"])
KNOWN_PARTNERS = PARTNERS.tells(PARTNER, OrderingPartner)
