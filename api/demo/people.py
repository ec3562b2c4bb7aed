"""The people of the rehearsal, all invented: the field organisation, and families drawn one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from string import capwords
from typing import Final

from api.demo.names import Sex, full_name, mother_name, repeatable

ENUMERATORS_PER_TEAM: Final = 7
TEAMS_PER_DISTRICT: Final = 9
DISTRICTS: Final = (("35.73.04", "Sukun"), ("35.73.03", "Kedungkandang"))
LIST_DAY: Final = date(2022, 10, 1)  # ages are counted to the day of the DTKS download
JOBS: Final = (
    "BURUH HARIAN LEPAS",
    "KARYAWAN SWASTA",
    "WIRASWASTA",
    "PEDAGANG",
    "TUKANG BATU",
    "SOPIR",
    "PEMULUNG",
)
TEAMS: Final = TEAMS_PER_DISTRICT * len(DISTRICTS)


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """Somebody with a username; `team` is None for those who stand outside the teams."""

    username: str
    name: str
    role: str
    team: int | None


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """One coordinator with seven enumerators, at work in one district (kecamatan)."""

    number: int
    name: str
    district_code: str
    district: str


@dataclass(frozen=True, slots=True)
class DemoInstructor:
    """Somebody who teaches at the bimtek; `username` is None for guests who never sign in."""

    name: str
    office: str
    subject: str
    username: str | None = None


@dataclass(frozen=True, slots=True)
class DemoTraining:
    """The bimtek: who teaches, who must attend, and on which days."""

    name: str
    starts_on: date
    ends_on: date
    instructors: tuple[DemoInstructor, ...]
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a family; `nik` is empty until somebody registers them."""

    relation: str
    sex: Sex
    born: date
    name: str
    mother: str
    job: str
    birthplace: str = "MALANG"
    nik: str = ""
    nik_is_sound: bool = True

    @property
    def age(self) -> int:
        return (LIST_DAY - self.born).days * 4 // 1461


SEXES: Final[tuple[Sex, ...]] = ("male", "female")
OFFICES: Final = (
    DemoStaff("dewi", "Dewi Lestari", "bappeda", None),
    DemoStaff("arif", "Arif Hidayat", "diskominfo", None),
    DemoStaff("bps.malang", "BPS Kota Malang", "observer", None),
)
RATNA: Final = DemoStaff("ratna", "Ratna Wulandari", "coordinator", 1)
SITI: Final = DemoStaff("siti", "Siti Aminah", "enumerator", 1)
BUDI: Final = DemoStaff("budi", "Budi Santoso", "enumerator", 1)
NAMED: Final = (*OFFICES, RATNA, SITI, BUDI)

INSTRUCTORS: Final = (
    DemoInstructor("Hari Purnomo", "BPS Kota Malang", "Konsep keluarga dan rumah tangga"),
    DemoInstructor("Endang Rahayu", "BPS Kota Malang", "Cara mewawancarai dan mengisi kuesioner"),
    DemoInstructor("Arif Hidayat", "Diskominfo Kota Malang", "Aplikasi CAPI dan sinkronisasi", "arif"),
    DemoInstructor("Novita Permatasari", "Diskominfo Kota Malang", "Menjaga data pribadi di lapangan"),
)


def demo_teams() -> tuple[DemoTeam, ...]:
    """Teams 1-9 work in Sukun, teams 10-18 in Kedungkandang; each is named within its district."""
    return tuple(
        DemoTeam(place * TEAMS_PER_DISTRICT + number, f"Tim {district} {number}", code, district)
        for place, (code, district) in enumerate(DISTRICTS)
        for number in range(1, TEAMS_PER_DISTRICT + 1)
    )


def demo_staff(seed: int = 2022) -> tuple[DemoStaff, ...]:
    """Everybody who signs in: first the six with known names, then the coordinators, then the enumerators.

    No two share a name or a username, and equal seeds give equal people.
    """
    names = _new_names(repeatable(seed), {person.name for person in (*NAMED, *INSTRUCTORS)})
    coordinators = tuple(
        DemoStaff(f"koordinator{team:02}", next(names), "coordinator", team) for team in range(2, TEAMS + 1)
    )
    enumerators = tuple(
        DemoStaff(f"pencacah{number:03}", next(names), "enumerator", (number - 1) // ENUMERATORS_PER_TEAM + 1)
        for number in range(3, TEAMS * ENUMERATORS_PER_TEAM + 1)  # siti and budi are the first two
    )
    return (*NAMED, *coordinators, *enumerators)


def demo_training(seed: int = 2022) -> DemoTraining:
    """The bimtek of 31 October - 1 November 2022: all teams attend before the first door."""
    return DemoTraining(
        name="Bimbingan teknis validasi DTKS dan P3KE 2022",
        starts_on=date(2022, 10, 31),
        ends_on=date(2022, 11, 1),
        instructors=INSTRUCTORS,
        participants=tuple(person.username for person in demo_staff(seed) if person.team is not None),
    )


def _new_names(random: Random, taken: set[str]) -> Iterator[str]:
    """Names of people of working age, in ordinary capitals, never one that is already taken."""
    while True:
        name = capwords(full_name(random, random.choice(SEXES), random.randrange(1975, 2001)))
        if " " in name and name not in taken:  # one-word names are kept for the households
            taken.add(name)
            yield name


def draw_family(random: Random, size: int) -> list[Person]:
    """One head first; then a spouse, children, sometimes an in-law with a grandchild or a grandparent.

    Mothers are 18 to 43 years older than their children, and siblings at least a year apart.
    """
    couple = size > 1 and random.random() < 0.8
    elder = size > 1 + couple and random.random() < 0.12
    children = size - 1 - couple - elder
    youngest = 24 + 3 * children
    oldest = 70 if elder else 78
    age = int(random.triangular(*((25, 88, 66) if size == 1 else (youngest, oldest, max(youngest, 40)))))
    elders = [_person(random, "ORANG TUA", "female", age + random.randrange(19, 25))] if elder else []
    head_sex: Sex = "male" if couple or random.random() < 0.3 else "female"
    parents = [_person(random, "KEPALA KELUARGA", head_sex, age, *(parent.name for parent in elders))]
    if couple:
        age -= random.randrange(7)
        parents.append(_person(random, "ISTRI", "female", age))
    mother = parents[-1].name if parents[-1].sex == "female" else mother_name(random, LIST_DAY.year - age + 25)
    possible = range(max(0, age - 42) + random.randrange(2), age - 18, 2)
    ages = sorted(random.sample(possible, children), reverse=True)
    young = [_person(random, "ANAK", random.choice(SEXES), years, mother) for years in ages]
    if children > 2 and ages[0] > 21 and random.random() < 0.6:  # the eldest has married and stayed
        other: Sex = "male" if young[0].sex == "female" else "female"
        young[-2] = _person(random, "MENANTU", other, ages[0])
        mother = next(person.name for person in (young[0], young[-2]) if person.sex == "female")
        young[-1] = _person(random, "CUCU", random.choice(SEXES), random.randrange(ages[0] - 20), mother)
    return [*parents, *young, *elders]


def _person(random: Random, relation: str, sex: Sex, age: int, mother: str = "") -> Person:
    """Somebody of that age on the day of the list, with a name of their years."""
    born = LIST_DAY - timedelta(days=age * 1461 // 4 + random.randrange(1, 365))
    name = full_name(random, sex, born.year)
    return Person(relation, sex, born, name, mother or mother_name(random, born.year), _job(random, sex, age))


def _job(random: Random, sex: Sex, age: int) -> str:
    if 6 <= age < 19:
        return "PELAJAR/MAHASISWA"
    if age < 6 or (age > 65 and random.random() < 0.6) or random.random() < 0.08:
        return "BELUM/TIDAK BEKERJA"
    return "MENGURUS RUMAH TANGGA" if sex == "female" and random.random() < 0.6 else random.choice(JOBS)
