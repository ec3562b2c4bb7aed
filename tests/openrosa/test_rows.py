"""Row security of what Collect sent: one's own, with one's own receipt, and never changed."""

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from tests.attachments.test_take_stream import acting
from tests.openrosa.collect import enrolled, equipped
from tests.support.house import House
from tests.sync.parcels import hand_on

ADD = """
insert into openrosa_submissions (receipt_id, principal_id, instance_id, root_id, xml, received_at)
values ($1, $2, $3, $3, '', now())
"""


async def test_a_submission_is_its_senders_alone(house: House) -> None:
    field = await equipped(house, 2)
    await hand_on(house, field.assignments[0], field.team.budi)
    budi = await enrolled(house, field.team.budi)
    assert (await field.collect.post(field.fill(1))).status_code == 201
    assert (await budi.post(field.fill(0))).status_code == 201
    row = await house.owner.fetchrow("select * from openrosa_submissions where principal_id = $1", field.team.budi.id)
    await house.owner.execute("delete from openrosa_submissions where principal_id = $1", field.team.budi.id)
    receipt, instance = row["receipt_id"], row["instance_id"]

    async with acting(house, field.team.siti) as siti:
        assert await siti.connection.fetchval("select count(*) from openrosa_submissions") == 1
    for about in (
        (receipt, field.team.budi.id, instance),  # in another's name
        (receipt, field.team.siti.id, instance),  # with another's receipt
        (uuid7(), field.team.siti.id, instance),  # with none
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting(house, field.team.siti) as siti:
                await siti.connection.execute(ADD, *about)
    for statement in ("update openrosa_submissions set xml = ''", "delete from openrosa_submissions"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting(house, field.team.siti) as siti:
                await siti.connection.execute(statement)
