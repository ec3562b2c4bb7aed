"""Households that Bappeda has decided, made over the owner's connection."""

import asyncio
import csv
import io
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from api.core.jobs import Workplace
from api.releases.jobs import hash_release
from tests.support.house import House
from tests.support.make import WHEN, Person, Team


@dataclass(frozen=True, slots=True)
class Pilot:
    """The campaign with a team, and Bu Dewi who releases."""

    house: House
    team: Team
    dewi: Person

    @property
    def campaign_id(self) -> UUID:
        """The pilot's campaign."""
        return self.team.campaign_id

    @property
    def place(self) -> Workplace:
        """Where a job runs, without the queue."""
        return Workplace(self.house.state["settings"], self.house.state["vault"], asyncio.Event())

    async def household(
        self,
        *,
        head: str = "Slamet",
        nik: str | None = None,
        field_result: str = "completed",
        eligibility: str = "eligible",
        registry_action: str = "keep",
        whereabouts: str | None = "present",
        rt: str = "003",
        external_id: str | None = None,
        stage: str = "decided",
        members: int = 2,
        at: datetime = WHEN,
        no_kk: str | None = None,
        receives: tuple[tuple[str, str], ...] = (),
    ) -> UUID:
        """A DTKS household whose verdict stands at this stage."""
        owner, make = self.house.owner, self.house.make
        made = await make.household(head=head, nik=nik, rt=rt, external_id=external_id, members=members, no_kk=no_kk)
        for programme, source in receives:
            await owner.execute(
                "insert into household_programmes (id, household_id, member_id, programme, source)"
                " select gen_random_uuid(), household_id, id, $2, $3 from members where household_id = $1 and line = 1",
                made, programme, source,
            )  # fmt: skip
        await owner.execute("update members set whereabouts = $2 where household_id = $1", made, whereabouts)
        assignment = await make.assignment(self.campaign_id, made, self.team.siti)
        verdict = uuid7()
        await owner.execute(
            "insert into verdicts (id, assignment_id, household_id, campaign_id) values ($1, $2, $3, $4)",
            verdict, assignment, made, self.campaign_id,
        )  # fmt: skip
        words = (field_result, eligibility, registry_action)
        await self._revise(verdict, 1, self.team.siti, words, at)
        await self._move(verdict, 1, 1, "propose", "proposed", self.team.siti, at)
        await owner.execute(
            "update assignments set status = $2, verdict_stage = $3, field_result = $4, eligibility = $5 where id = $1",
            assignment, "completed" if stage != "proposed" else "submitted", stage, field_result, eligibility,
        )  # fmt: skip
        if stage != "proposed":
            await self._move(verdict, 2, 1, "confirm", "decided", self.dewi, at)
        return made

    async def called(self, household_id: UUID, *ids: str) -> None:
        """The DTKS calls the household so: one id, or those of the households that were merged into it."""
        await self.house.owner.executemany(
            "insert into household_sources (id, household_id, source, external_id)"
            " values (gen_random_uuid(), $1, 'dtks', $2)",
            [(household_id, external_id) for external_id in ids],
        )

    async def on_p3ke(self, household_id: UUID, desil: int, *, only: bool = False) -> None:
        """P3KE lists the household too, or alone."""
        if only:
            await self.house.owner.execute("delete from household_sources where household_id = $1", household_id)
        await self.house.owner.execute(
            "insert into household_sources (id, household_id, source, external_id, desil)"
            " values (gen_random_uuid(), $1, 'p3ke', $2, $3)",
            household_id, f"P-{household_id}", desil,
        )  # fmt: skip

    async def amend(self, household_id: UUID, *, eligibility: str, at: datetime = WHEN) -> None:
        """Bu Dewi decides otherwise: a new revision and a new event."""
        owner = self.house.owner
        verdict = await owner.fetchval("select id from verdicts where household_id = $1", household_id)
        told = "select max(number) from verdict_events where verdict_id = $1"
        number = await owner.fetchval(told, verdict) + 1
        await self._revise(verdict, 2, self.dewi, ("completed", eligibility, "keep"), at)
        await self._move(verdict, number, 2, "amend", "decided", self.dewi, at)
        await owner.execute(
            "update assignments set eligibility = $2 where household_id = $1", household_id, eligibility
        )

    async def release(self) -> UUID:
        """The next release, made over HTTP."""
        answer = await (await self.house.as_(self.dewi)).post(
            "/v1/releases", json={"campaign_id": str(self.campaign_id)}
        )
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    async def hashed(self) -> UUID:
        """The next release, and its files hashed as the worker does."""
        made = await self.release()
        await hash_release(self.place, str(made))
        return made

    async def file(self, release_id: UUID, name: str, person: Person | None = None) -> str:
        """A file of a release as this person (Bu Dewi) gets it, without the byte-order mark."""
        return (await self.file_bytes(release_id, name, person)).decode("utf-8-sig")

    async def file_bytes(self, release_id: UUID, name: str, person: Person | None = None) -> bytes:
        """A file of a release as it is sent."""
        answer = await (await self.house.as_(person or self.dewi)).get(f"/v1/releases/{release_id}/files/{name}")
        assert answer.status_code == 200, answer.text
        return answer.content

    async def rows(self, release_id: UUID, name: str) -> list[dict[str, str]]:
        """The rows of a CSV file as Bu Dewi gets it."""
        return list(csv.DictReader(io.StringIO(await self.file(release_id, name), newline="")))

    async def _revise(
        self, verdict: UUID, revision: int, author: Person, words: tuple[str, str, str], at: datetime
    ) -> None:
        await self.house.owner.execute(
            "insert into verdict_revisions (verdict_id, revision, author_id, field_result, eligibility,"
            " registry_action, reasons, criteria, criteria_set, at)"
            " values ($1, $2, $3, $4, $5, $6, '{able}', '{K1,K3}', 'kriteria_fakir_miskin_262', $7)",
            verdict, revision, author.id, *words, at,
        )  # fmt: skip

    async def _move(
        self, verdict: UUID, number: int, revision: int, move: str, stage: str, actor: Person, at: datetime
    ) -> None:
        await self.house.owner.execute(
            "insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, remarks, at)"
            " values ($1, $2, $3, $4, $5, $6, '[]', $7)",
            verdict, number, revision, move, stage, actor.id, at,
        )  # fmt: skip


async def pilot(house: House) -> Pilot:
    """The campaign, its team and Bu Dewi."""
    team = await house.make.team(await house.make.campaign())
    return Pilot(house, team, await house.make.dewi())
