"""What a claim rests on: files that are kept before it names them, and as long as it is there."""

import asyncio
from hashlib import sha256
from typing import Any

import httpx
import pytest
from channel_service.files import KEPT_FILES_VIEW, tending
from channel_service.partners import ChildrenAccessGranted, PartnerApplied
from channel_service.testing import Running, fold
from channel_testing import recorded
from incentives.views.partner_copy import PARTNERS

from .funds import DAY, FILE, HASH, INVOICE, body, claimed
from .test_funds_over_http import FAIR, PART, done, opened, refused, until

PHOTO = b"\xff\xd8\xff a stand"
PHOTO_HASH = sha256(PHOTO).hexdigest()
PROOFS = [{"name": "invoice.pdf", "sha256": HASH}, {"name": "stand.jpg", "sha256": PHOTO_HASH}]
PDF = {"content-type": "application/pdf"}


async def held(client: Running) -> Running:
    """The partner, whose activity took place."""
    await opened(client)
    partner = client.as_("partner", partner_id="p-1")
    await done(partner, "PUT", FAIR, body())
    await done(client.as_("finance", subject="bob"), "POST", f"{FAIR}/approve", {})
    await done(partner, "POST", f"{FAIR}/activity", {"held_on": "2026-02-02", "report": "140 visitors"})
    return partner


@pytest.mark.row("IN-25")
async def test_a_claim_is_taken_with_proofs_that_are_kept_and_finance_reads_them_byte_for_byte(client: Running) -> None:
    partner = await held(client)
    said = claimed("600.00", proofs=PROOFS)
    answer = await partner.put(f"{FAIR}/claims/stand", json=said)
    assert (answer.status_code, answer.json()["code"]) == (409, "file_not_kept")
    assert answer.json()["facts"]["files"] == PHOTO_HASH
    assert (await partner.get(PART)).json()["requests"][0]["claims"] == []
    put = await partner.put(f"/v1/partners/p-1/files/{PHOTO_HASH}", content=PHOTO, headers={"content-type": "image/jpeg"})
    assert (put.status_code, put.json()["loose_until"] is None) == (201, False)
    receipt = await done(partner, "PUT", f"{FAIR}/claims/stand", said)
    assert [event["type"] for event in receipt["events"]] == ["claim_submitted", "files_named"]
    assert (await done(partner, "PUT", f"{FAIR}/claims/stand", said))["changed"] is False
    [claim] = (await partner.get(PART)).json()["requests"][0]["claims"]
    kept = {"kept": True, "claims": 1, "size": len(INVOICE), "media_type": "application/pdf"}
    assert claim["proofs"][0] == PROOFS[0] | kept
    assert claim["proofs"][1] == PROOFS[1] | {"kept": True, "claims": 1, "size": len(PHOTO), "media_type": "image/jpeg"}
    again = await partner.put(FILE, content=INVOICE, headers=PDF)
    assert (again.status_code, again.json()["loose_until"]) == (200, None)
    await done(partner, "PUT", f"{FAIR}/claims/again", claimed("10.00"))
    [first, _] = (await client.as_("finance").get(PART)).json()["requests"][0]["claims"]
    assert [one["claims"] for one in first["proofs"]] == [2, 1]
    for reader in (client.as_("finance"), client.as_("auditor"), partner):
        assert (await reader.get(FILE)).content == INVOICE


@pytest.mark.row("IN-25")
async def test_proofs_of_a_partner_are_none_of_another_ones(client: Running) -> None:
    partner, other = await held(client), client.as_("partner", partner_id="p-2")
    await done(partner, "PUT", f"{FAIR}/claims/stand", claimed("600.00"))
    for known in (FILE, FILE[:-1] + "0"):
        assert (await other.get(known)).json()["code"] == "file_unknown"
        assert (await other.put(known, content=INVOICE, headers=PDF)).json()["code"] == "not_yours"
    # It may have the same file, and claim with its own; with another's it may not, and is told the same as of one that is nowhere.
    theirs = PART.replace("p-1", "p-2")
    manager, bob = client.as_("channel_manager", subject="cem"), client.as_("finance", subject="bob")
    await done(manager, "POST", f"{theirs}/allocations", {"amount": "1000.00", "reference": "Q1"})
    await done(other, "PUT", f"{theirs}/requests/fair", body())
    await done(bob, "POST", f"{theirs}/requests/fair/approve", {})
    await done(other, "POST", f"{theirs}/requests/fair/activity", {"held_on": "2026-02-02", "report": "done"})
    for proofs in ([PROOFS[0]], [{"name": "x", "sha256": "0" * 64}]):
        assert await refused(other, "PUT", f"{theirs}/requests/fair/claims/a", claimed("1.00", proofs=proofs)) == (409, "file_not_kept")
    assert (await other.put(FILE.replace("p-1", "p-2"), content=INVOICE, headers=PDF)).status_code == 201
    await done(other, "PUT", f"{theirs}/requests/fair/claims/a", claimed("1.00"))


@pytest.mark.row("IN-25")
async def test_who_sees_a_partners_claims_sees_their_proofs(client: Running) -> None:
    partner = await held(client)
    await done(partner, "PUT", f"{FAIR}/claims/stand", claimed("600.00"))
    told: list[Any] = [
        PartnerApplied("p-0", "Jade Group", "distributor", "CN", DAY),
        PartnerApplied("p-1", "Jade Store", "store", "CN", DAY, parent="p-0"),
    ]
    events = [*told, ChildrenAccessGranted("p-0", DAY)]
    parent = client.as_("partner", partner_id="p-0")
    assert (await parent.get(FILE)).status_code == 404
    await fold(client.runtime.settings.database_url, PARTNERS, [recorded(one, position=at) for at, one in enumerate(events, 1)])
    assert (await parent.get(PART)).status_code == 200
    assert (await parent.get(FILE)).content == INVOICE
    assert (await parent.put(FILE, content=INVOICE, headers=PDF)).json()["code"] == "not_yours"


@pytest.mark.row("IN-25")
async def test_a_proof_is_not_tidied_up_while_claims_name_it(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "LOOSE_DAYS", 0)
    partner, log, taken = await held(client), client.runtime.log, set[int]()
    for turn in range(5):
        content = f"%PDF-{turn}".encode()
        file = FILE.replace(HASH, sha256(content).hexdigest())
        assert (await partner.put(file, content=content, headers=PDF)).status_code == 201
        await fold(client.runtime.settings.database_url, KEPT_FILES_VIEW, await log.read(after=0, limit=1000))
        tidying = tending.Tending().look(log, client.runtime.reading_everything)
        if turn == 0:
            await tidying
        proofs = [{"name": "x.pdf", "sha256": sha256(content).hexdigest()}]
        claims = [partner.put(f"{FAIR}/claims/{turn}-{at}", json=claimed("10.00", proofs=proofs)) for at in range(2)]
        answers = await asyncio.gather(*claims, *([tidying] if turn else []))
        statuses = {one.status_code for one in answers if isinstance(one, httpx.Response)}
        assert statuses in ({201}, {409})
        assert (await partner.get(file)).status_code == (200 if statuses == {201} else 404)
        taken |= statuses
    assert 409 in taken


@pytest.mark.row("IN-25")
async def test_what_is_kept_is_listed_with_what_names_it(whole: Running) -> None:
    partner = await held(whole)
    await done(partner, "PUT", f"{FAIR}/claims/stand", claimed("600.00"))
    listed = await until(whole.as_("auditor"), "/v1/files", lambda one: any(row["named_by"] for row in one["items"]))
    [row] = listed["items"]
    assert (row["partner_id"], row["sha256"], row["size"]) == ("p-1", HASH, len(INVOICE))
    assert row["named_by"] == "fund_claim/mdf/fair/stand"
    assert (await whole.as_("partner", partner_id="p-2").get("/v1/files")).json()["items"] == []
    csv = await whole.as_("finance").get("/v1/exports/files", params={"format": "csv"})
    assert csv.text.count("\n") == 2
