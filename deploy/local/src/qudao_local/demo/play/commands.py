"""Commands of several people, each counted, and each with a key of its own: a repeated run gives none of them twice."""

from typing import Any

from qudao_local.demo.play.doors import Doors, Refused
from qudao_local.demo.play.heads import Heads
from qudao_local.demo.play.tally import Tally

SERVICE = "incentives"


class Commands:
    """To incentives, in the name of a scenario."""

    def __init__(self, doors: Doors, name: str, heads: Heads, tally: Tally) -> None:
        self._doors, self._name, self._heads, self.tally = doors, name, heads, tally
        self._callers: dict[tuple[str, str], Doors] = {}

    async def put(self, role: str, path: str, body: Any) -> None:
        """Raises `Refused`: what follows needs it."""
        self._count(await self._as(role).put(SERVICE, path, body))

    async def post(self, role: str, path: str, body: Any, key: str = "", partner_id: str = "") -> None:
        """``key`` tells commands apart that are given at one door. Raises `Refused`."""
        self._count(await self._as(role, partner_id).post(SERVICE, path, body, key=f"{self._name}{path}/{key}"))

    async def try_to(self, role: str, path: str, body: Any, key: str = "", partner_id: str = "") -> None:
        """The same; a refusal is counted, and the others go on."""
        try:
            await self.post(role, path, body, key, partner_id)
        except Refused as refusal:
            self.tally.refuse(str(refusal), refusal.code)

    def _as(self, role: str, partner_id: str = "") -> Doors:
        who = {"partner_id": partner_id} if partner_id else {}
        if (found := self._callers.get((role, partner_id))) is None:
            found = self._callers[role, partner_id] = self._doors.of(role, **who)
        return found

    def _count(self, receipt: Any) -> None:
        self.tally.accept(repeated=self._heads.is_repeated(SERVICE, receipt))
