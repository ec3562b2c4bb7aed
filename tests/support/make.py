"""Makers: rows that a test starts from, written over the owner's connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

import asyncpg
import pyotp
from uuid_utils.compat import uuid7

from api.access.families import token_hash
from api.access.roles import SECOND_FACTOR, Role
from api.access.seeding import demo_password_hash, seed_second_factors
from api.core.vault import Vault

PASSWORD = "sepeda ontel biru"
OTP_SECRET = "SAMBANGSAMBANGSAMBANGSAMBANGSAMB"
hashed = cache(demo_password_hash)
WHEN = datetime(2022, 11, 2, 1, 0, tzinfo=UTC)  # 08:00 WIB, the first morning of the field work


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can call: staff or a machine."""

    id: UUID
    name: str
    role: Role
    team_id: UUID | None = None
    version: int = 1
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """A team of the pilot with its coordinator Ratna and two of its enumerators."""

    id: UUID
    campaign_id: UUID
    ratna: Person
    siti: Person
    budi: Person


@dataclass(slots=True)
class Make:
    """Makes the named people of the pilot and what they work on."""

    owner: asyncpg.Connection
    vault: Vault

    async def person(self, name: str, role: Role, team_id: UUID | None = None) -> Person:
        """An active staff member; the username is the name in small letters."""
        who = Person(uuid7(), name, role, team_id)
        await self.owner.execute(
            "insert into principals (id, kind, role, team_id, scopes, active, version) values ($1, 'staff', $2, $3, '{}', true, 1)",
            who.id,
            role.value,
            team_id,
        )
        await self.owner.execute(
            "insert into staff (id, username, name, created_at, revision) values ($1, $2, $3, $4, 1)",
            who.id,
            name.lower().replace(" ", "."),
            name,
            WHEN,
        )
        return who

    async def dewi(self) -> Person:
        """Bu Dewi is Bappeda."""
        return await self.person("Dewi", Role.BAPPEDA)

    async def arif(self) -> Person:
        """Pak Arif is Diskominfo."""
        return await self.person("Arif", Role.DISKOMINFO)

    async def observer(self) -> Person:
        """Somebody of BPS who watches."""
        return await self.person("Wayan", Role.OBSERVER)

    async def machine(self, name: str, *scopes: str) -> Person:
        """A system of an agency, with its scopes."""
        who = Person(uuid7(), name, Role.CLIENT, None, 1, scopes)
        await self.owner.execute(
            "insert into principals (id, kind, role, scopes, active, version) values ($1, 'client', 'client', $2, true, 1)",
            who.id,
            list(scopes),
        )
        await self.owner.execute(
            "insert into clients (id, client_id, name, agency, created_at, revision) values ($1, $2, $2, 'Dinsos', $3, 1)",
            who.id,
            name,
            WHEN,
        )
        return who

    async def campaign(
        self, *, status: str = "fieldwork", code: str = "malang-2022", sources: Sequence[str] = ("dtks", "field")
    ) -> UUID:
        """The pilot's campaign in Sukun and Kedungkandang."""
        made = uuid7()
        await self.owner.execute(
            "insert into campaigns (id, code, name, starts_on, ends_on, region_codes, sources, span, status, created_at,"
            " revision, impact_assessment_ref, criteria_set) values ($1, $2, 'Verval DTKS 2022', $3, $4, $5, $6, 7, $7, $8, 1,"
            " 'DPIA-2022-01', 'kriteria_fakir_miskin_262')",
            made,
            code,
            date(2022, 11, 2),
            date(2022, 12, 26),
            ["35.73.03", "35.73.04"],
            [*sources],
            status,
            WHEN,
        )
        return made

    async def team(self, campaign_id: UUID, *, names: tuple[str, str, str] = ("Ratna", "Siti", "Budi")) -> Team:
        """A trained team: Ratna coordinates, Siti and Budi enumerate."""
        team_id, training = uuid7(), uuid7()
        ratna = await self.person(names[0], Role.COORDINATOR)
        await self.owner.execute(
            "insert into teams (id, campaign_id, name, coordinator_id, district_code, revision) values ($1, $2, $3, $4, '35.73.04', 1)",
            team_id,
            campaign_id,
            f"Tim {names[0]}",
            ratna.id,
        )
        await self.owner.execute("update principals set team_id = $2 where id = $1", ratna.id, team_id)
        siti = await self.person(names[1], Role.ENUMERATOR, team_id)
        budi = await self.person(names[2], Role.ENUMERATOR, team_id)
        await self.owner.execute(
            "insert into trainings (id, campaign_id, name, venue, days, instructors, created_at, revision)"
            " values ($1, $2, 'Bimtek', 'Balai Kota', $3, '[]', $4, 1)",
            training,
            campaign_id,
            [date(2022, 10, 31), date(2022, 11, 1)],
            WHEN,
        )
        for who in (ratna, siti, budi):
            await self.owner.execute(
                "insert into training_attendances (training_id, staff_id, days, passed) values ($1, $2, $3, true)",
                training,
                who.id,
                [date(2022, 10, 31), date(2022, 11, 1)],
            )
        for who in (siti, budi):
            await self.owner.execute(
                "insert into team_members (id, campaign_id, team_id, staff_id, starts_on) values ($1, $2, $3, $4, $5)",
                uuid7(),
                campaign_id,
                team_id,
                who.id,
                date(2022, 11, 2),
            )
        return Team(team_id, campaign_id, Person(ratna.id, names[0], Role.COORDINATOR, team_id), siti, budi)

    async def household(
        self,
        *,
        region_code: str = "35.73.04.1005",
        rw: str = "005",
        rt: str = "003",
        head: str = "Slamet",
        nik: str | None = None,
        no_kk: str | None = None,
        external_id: str | None = None,
        members: int = 2,
    ) -> UUID:
        """A household of the DTKS with its head and further members, seen by nobody yet."""
        made, family = uuid7(), uuid7()
        await self.owner.execute(
            "insert into households (id, region_code, rw, rt, address, head_name, status, created_at, updated_at, revision)"
            " values ($1, $2, $3, $4, 'JL. S. SUPRIADI 12', $5, 'active', $6, $6, 1)",
            made,
            region_code,
            rw,
            rt,
            head,
            WHEN,
        )
        sealed = (
            (self.vault.seal("family.no_kk", family, no_kk), self.vault.index("no_kk", no_kk))
            if no_kk
            else (None, None)
        )
        await self.owner.execute(
            "insert into families (id, household_id, no, no_kk, no_kk_index) values ($1, $2, 1, $3, $4)",
            family,
            made,
            *sealed,
        )
        for line in range(1, members + 1):
            member = uuid7()
            number = nik if line == 1 else None
            kept = (
                (self.vault.seal("member.nik", member, number), self.vault.index("nik", number))
                if number
                else (None, None)
            )
            await self.owner.execute(
                "insert into members (id, household_id, family_no, line, nik, nik_index, name, sex, born_on, relation)"
                " values ($1, $2, 1, $3, $4, $5, $6, 'male', $7, $8)",
                member,
                made,
                line,
                *kept,
                head if line == 1 else f"{head} {line}",
                date(1985, 3, 12),
                "head" if line == 1 else "child",
            )
            await self.owner.execute(
                "insert into household_sources (id, household_id, member_id, source, external_id) values ($1, $2, $3, 'dtks', $4)",
                uuid7(),
                made,
                member,
                f"{external_id or made}-{line}",
            )
        return made

    async def assignment(
        self, campaign_id: UUID, household_id: UUID, holder: Person | None = None, *, status: str | None = None
    ) -> UUID:
        """The household's place in the campaign, held by this enumerator or by nobody."""
        made = uuid7()
        who, team = (holder.id, holder.team_id) if holder else (None, None)
        await self.owner.execute(
            "insert into assignments (id, campaign_id, household_id, team_id, enumerator_id, holder_id, status, revision)"
            " values ($1, $2, $3, $4, $5, $5, $6, 1)",
            made,
            campaign_id,
            household_id,
            team,
            who,
            status or ("open" if holder else "unassigned"),
        )
        await self.owner.execute(
            "update households set team_id = $2, enumerator_id = $3 where id = $1", household_id, team, who
        )
        return made

    async def password(self, person: Person, password: str = PASSWORD) -> str:
        """The person has set this password and, where the role needs one, confirmed a second factor (`otp`)."""
        if person.role in SECOND_FACTOR:
            await seed_second_factors(self.owner, self.vault, {person.id: OTP_SECRET})
        await self.owner.execute(
            "insert into credentials (principal_id, password_hash, changed_at) values ($1, $2, $3)",
            person.id,
            hashed(password),
            WHEN,
        )
        return password

    async def phone(self, person: Person, device_id: str) -> UUID:
        """The person has signed in on this phone."""
        made = uuid7()
        await self.owner.execute(
            "insert into devices (id, staff_id, device_id, enrolled_at, signed_in_at) values ($1, $2, $3, $4, $4)",
            made,
            person.id,
            device_id,
            WHEN,
        )
        return made

    async def otp(self) -> str:
        """A code of the authenticator app, as if nobody had used one yet: a test does not wait for the next."""
        await self.owner.execute("update second_factors set last_step = 0")
        return pyotp.TOTP(OTP_SECRET).now()

    async def secret(self, machine: Person) -> str:
        """The machine has this secret."""
        secret = f"secret-of-{machine.id}"
        await self.owner.execute(
            "insert into client_secrets (id, client_id, secret_hash, created_at) values ($1, $2, $3, $4)",
            uuid7(),
            machine.id,
            token_hash(secret),
            WHEN,
        )
        return secret
