"""Our own copy of the partners."""

from channel_service.partners import PartnerCopy

PARTNERS = PartnerCopy("partner_copy", version=5, columns=["name", "channel_type", "segment", "status", "applied_on"], search=True)
