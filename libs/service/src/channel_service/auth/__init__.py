"""Who calls, and what they may: tokens (JWT), roles, and what a route declares about them."""

from channel_service.auth.access import Allow, Denied, Open, only_for_itself
from channel_service.auth.principal import BRAND, Principal, Role

__all__ = ["BRAND", "Allow", "Denied", "Open", "Principal", "Role", "only_for_itself"]
