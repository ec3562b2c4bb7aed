"""An invented DTKS download in the layout of person rows (after 2021), with faults planted and counted."""

import csv
from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from typing import Final

from api.demo.names import ELSEWHERE, STREETS, Sex, name_variant, repeatable, words_of
from api.demo.people import LIST_DAY, Person, draw_family

HEADER: Final = words_of(
    """Id_DTKS, Provinsi, Kabupaten/Kota, Kecamatan, Desa/Kelurahan, Alamat, Dusun, RT, RW, No KK, NIK, Nama,
    Tanggal lahir, Tempat lahir, Jenis kelamin, Pekerjaan, Nama ibu kandung, Hubungan keluarga,
    Keterangan padan, Bansos BPNT, Bansos PKH, Bansos BPNT-PPKM, PBI-JKN"""
)
REGIONS: Final = Path(__file__).parent.parent / "regions" / "malang.csv"
SIZES: Final = (1, 2, 3, 4, 5, 6, 7)
SIZE_WEIGHTS: Final = tuple(accumulate((11, 18, 24, 24, 14, 6, 3)))  # mean 3.4
OTHER_SEX: Final[dict[Sex, Sex]] = {"male": "female", "female": "male"}


@dataclass(frozen=True, slots=True)
class DemoFile:
    """What was written. `planted` counts rows by fault, but pairs in `same_nik_in_two_households`."""

    path: Path
    households: int
    rows: int
    planted: dict[str, int]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """One RT, with the number of households listed in it."""

    district_code: str
    district: str
    village: str
    rw: int
    rt: int
    households: int


class Due:
    """Says yes once in every `period` questions, at a random place; a yes that cannot be used is kept."""

    def __init__(self, random: Random, period: int) -> None:
        self.random, self.period, self.asked, self.kept = random, period, 0, 0
        self.place = random.randrange(period)

    def now(self, usable: bool) -> bool:
        self.kept += self.asked == self.place
        self.asked += 1
        if self.asked == self.period:
            self.asked, self.place = 0, self.random.randrange(self.period)
        said = usable and self.kept > 0
        self.kept -= said
        return said


class Issuer:
    """Numbers of the right structure, none issued twice: serials run from 0001 by office and day.

    Cards and people share the serials, so that no card equals a NIK. One small array for each office. `after` begins
    further up, where the people of another list are not.
    """

    def __init__(self, after: int = 0) -> None:
        self.serials: defaultdict[str, array[int]] = defaultdict(lambda: array("H", [after]) * (100 * 12 * 31))

    def issue(self, office: str, day: date, sex: Sex = "male") -> str:
        """`PPKKCC DDMMYY SSSS`; women have 40 added to the day, family cards never."""
        place = (day.year % 100 * 12 + day.month - 1) * 31 + day.day - 1  # 1922 and 2022 look alike in a NIK
        self.serials[office][place] += 1
        written_day = day.day + 40 * (sex == "female")
        return f"{office}{written_day:02}{day.month:02}{day.year % 100:02}{self.serials[office][place]:04}"


class Registry:
    """Draws one family after another, gives them numbers, and plants the faults."""

    def __init__(self, random: Random) -> None:
        self.random, self.issuer, self.planted = random, Issuer(), Counter[str]()
        self.duplicate, self.wrong_sex, self.rejected = Due(random, 400), Due(random, 1000), Due(random, 500)
        self.seen = deque[Person](maxlen=256)  # a few earlier people, to be listed a second time

    def family(self, office: str) -> list[Person]:
        """One family with its numbers; never all of its rows are spoilt, so that no household vanishes."""
        members = draw_family(self.random, self.random.choices(SIZES, cum_weights=SIZE_WEIGHTS)[0])
        twice = self.duplicate.now(usable=len(members) < SIZES[-1] and bool(self.seen))
        copied = self.seen.popleft() if twice else None
        spoilable = len(members) > 1
        for place, person in enumerate(members):
            members[place] = self._numbered(person, office, spoilable)
            spoilable = spoilable and members[place].nik_is_sound
        if copied:
            self.planted["same_nik_in_two_households"] += 1
            members.append(replace(copied, relation="FAMILI LAIN", name=name_variant(self.random, copied.name)))
        return members

    def _numbered(self, person: Person, office: str, spoilable: bool) -> Person:
        if person.born > LIST_DAY - timedelta(days=365) and self.random.random() < 0.5:
            self.planted["without_nik"] += 1
            return person
        office, birthplace = self._first_registered(office, person.age)
        wrong_sex = self.wrong_sex.now(usable=True)
        nik = self.issuer.issue(office, person.born, OTHER_SEX[person.sex] if wrong_sex else person.sex)
        self.planted["sex_contradicts_nik"] += wrong_sex
        if self.rejected.now(usable=spoilable and not wrong_sex):
            return replace(person, birthplace=birthplace, nik=self._spoilt(nik), nik_is_sound=False)
        person = replace(person, birthplace=birthplace, nik=nik)
        if person.age > 16 and not wrong_sex and self.random.random() < 0.1:
            self.seen.append(person)
        return person

    def _first_registered(self, office: str, age: int) -> tuple[str, str]:
        """People keep the NIK of the district they were first registered in, and grown people moved."""
        luck = self.random.random() * (0.9 if age < 18 else 1)
        if luck < 0.86:
            return (office if luck < 0.74 else f"35730{self.random.randrange(1, 6)}"), "MALANG"
        return self.random.choice(ELSEWHERE)

    def _spoilt(self, nik: str) -> str:
        zeros = f"{nik[:12]}0000"
        kinds = {"nik_scientific": f"{int(nik):.5E}", "nik_15_digits": nik[:-1], "nik_serial_0000": zeros}
        kind = tuple(kinds)[self.planted["rejected"] % len(kinds)]  # each in its turn
        self.planted.update(("rejected", kind))
        return kinds[kind]


def neighbourhoods(random: Random, households: int) -> Iterator[Neighbourhood]:
    """Shares the households out over 4-12 RW in each kelurahan and 3-10 RT in each RW, all of unequal size."""
    with REGIONS.open(encoding="utf-8", newline="") as file:
        regions = list(csv.DictReader(file))
    names = {region["code"]: region["name"].upper() for region in regions}
    places, weights = list[tuple[str, str, int, int]](), list[float]()
    for region in regions:
        if region["parent"] in STREETS:
            for rw in range(1, random.randrange(4, 13) + 1):
                crowding = random.uniform(0.6, 1.5)
                for rt in range(1, random.randrange(3, 11) + 1):
                    places.append((region["parent"], region["code"], rw, rt))
                    weights.append(crowding * random.lognormvariate(0, 0.4))
    total = sum(weights)
    bounds = [0, *(round(households * share / total) for share in accumulate(weights))]
    for (district, village, rw, rt), (first, last) in zip(places, pairwise(bounds), strict=True):
        yield Neighbourhood(district, names[district], names[village], rw, rt, last - first)


def write_dtks_person_file(path: Path, households: int, seed: int = 2022) -> DemoFile:
    """Writes `households` invented families, one row a person, in constant memory; equal seeds, equal bytes.

    A household is one family card (No KK), as the import groups them; two may share a house.
    """
    registry, rows = Registry(repeatable(seed)), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for place in neighbourhoods(registry.random, households):
            for columns in _listed_people(registry, place):
                rows += 1
                writer.writerow((f"D{(rows * 0x9E3779B97F4A7C15 + seed) % 2**64:016X}", *columns))
    return DemoFile(path, households, rows, dict(registry.planted))


def _listed_people(registry: Registry, place: Neighbourhood) -> Iterator[tuple[str, ...]]:
    """The rows of one RT, family after family, without their ids."""
    random, office = registry.random, place.district_code.replace(".", "")
    streets = random.sample(STREETS[place.district_code], 2)
    address, house = "", 0
    for _ in range(place.households):
        if address and random.random() < 0.04:
            registry.planted["second_kk_in_one_house"] += 1
        else:
            house += random.randrange(1, 4)
            address = f"JL. {random.choice(streets)} GG. {random.randrange(1, 9)} NO. {house}"
        width = random.choices((3, 2, 1), cum_weights=(88, 94, 100))[0]  # RT 003, 03 and 3 are one RT
        card = registry.issuer.issue(office, LIST_DAY - timedelta(days=random.randrange(1, 4000)))
        numbers = (f"{place.rt:0{width}}", f"{place.rw:0{width}}", card)
        home = ("JAWA TIMUR", "KOTA MALANG", place.district, place.village, address, "", *numbers)
        aids = [random.random() < share for share in (0.45, 0.25, 0.08)]  # BPNT, PKH, BPNT-PPKM
        insured = "YA" if random.random() < 0.75 else "TIDAK"
        for person in registry.family(office):
            matched = person.nik and person.nik_is_sound and random.random() < 0.96
            carer = person.relation == "KEPALA KELUARGA"  # one member receives for the whole family
            received = ("YA" if carer and aid else "TIDAK" for aid in aids)
            yield (*home, *_written(person), "PADAN" if matched else "TIDAK PADAN", *received, insured)


def _written(person: Person) -> tuple[str, ...]:
    """The columns from NIK to `Hubungan keluarga`."""
    born = f"{person.born.day:02}/{person.born.month:02}/{person.born.year}"
    sex = "LAKI-LAKI" if person.sex == "male" else "PEREMPUAN"
    return person.nik, person.name, born, person.birthplace, sex, person.job, person.mother, person.relation
