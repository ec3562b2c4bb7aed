"""Do you hold what I sent? Asked by a phone about its own items; those of others look as if they were not there."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from api.access.actor import Actor
from api.core.database import Connection
from api.core.vault import Vault
from api.sync.push_schemas import HeldIn, HeldItem, HeldStatus
from api.visits.receipts import WAITING, bytes_indexes, receipts_of, standing_of


async def reconcile(connection: Connection, actor: Actor, vault: Vault, items: Sequence[HeldIn]) -> list[HeldItem]:
    """Whether we hold these bytes of the caller's under these ids; one answer an item, in their order."""
    receipts: dict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for row in await receipts_of(connection, actor.id, [item.id for item in items]):
        receipts[row["subject_id"]].append(row)
    return [HeldItem(id=item.id, status=_status(receipts[item.id], item, vault)) for item in items]


def _status(receipts: list[asyncpg.Record], item: HeldIn, vault: Vault) -> HeldStatus:
    if not receipts:
        return HeldStatus.MISSING
    wanted = bytes_indexes(vault, item.sha256)
    same = next((row for row in receipts if row["bytes_index"] in wanted), None)
    if same is None:
        return HeldStatus.DIFFERS
    return HeldStatus.QUARANTINED if standing_of(same) in WAITING else HeldStatus.HELD
