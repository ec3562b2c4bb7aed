"""An invented P3KE beside the invented DTKS: families that both lists know, and poor ones whom the DTKS has not.

P3KE has neither No. KK nor RT and RW (dossier 2): a family of both lists is known by its head's NIK, the others are
nobody's until the import makes households of those of the first desil.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from api.demo.dtks import REGIONS, SIZE_WEIGHTS, SIZES, Issuer
from api.demo.names import STREETS, repeatable
from api.demo.people import Person, draw_family
from api.imports.layouts.p3ke import P3KE_FAMILY, P3KE_PERSON

POOREST: Final = 1
KNOWN_TOO: Final = 0.3  # of the DTKS' households P3KE ranks these
RICHER: Final = 0.25  # beside each new family of the first desil, so many of a higher one that nobody visits
WITHOUT_NIK: Final = 0.03
BEYOND_DTKS: Final = 5000  # no office has issued so many numbers for one birthday in the DTKS
ALSO: Final = ("Jenis Lantai", "Penerima BPNT", "Penerima PKH")
Row = dict[str, str]


def _villages() -> list[Row]:
    with REGIONS.open(encoding="utf-8", newline="") as file:
        regions = list(csv.DictReader(file))
    names = {region["code"]: region["name"].upper() for region in regions}
    return [
        {"code": region["code"], "village": names[region["code"]], "district": names[region["parent"]]}
        for region in regions
        if region["parent"] in STREETS
    ]


VILLAGES: Final = _villages()


@dataclass(frozen=True, slots=True)
class P3keFiles:
    """The file of families and that of persons; `new` families of desil 1 are not in the DTKS, `known` ones are."""

    families: Path
    persons: Path
    new: int
    known: int
    richer: int


def write_p3ke_files(folder: Path, dtks: Path, new: int, seed: int = 2022) -> P3keFiles:
    """Write both files beside the DTKS file `dtks`; equal seeds, equal bytes. Persons are those of the new families."""
    random, issuer, counted = repeatable(seed + 1), Issuer(after=BEYOND_DTKS), Counter[str]()
    paths = folder / "p3ke_keluarga.csv", folder / "p3ke_individu.csv"
    with paths[0].open("w", encoding="utf-8", newline="") as first, paths[1].open("w", encoding="utf-8") as second:
        families = csv.DictWriter(first, (*P3KE_FAMILY.columns, *ALSO), restval="", lineterminator="\n")
        persons = csv.DictWriter(second, (*P3KE_PERSON.columns, *ALSO[1:]), restval="", lineterminator="\n")
        families.writeheader()
        persons.writeheader()
        for row in _known(random, dtks):
            counted["known"] += 1
            families.writerow(row)
        for number in range(new + round(new * RICHER)):
            desil = POOREST if number < new else random.randrange(2, 5)
            head = _head(random, f"F{number:07}", desil)
            people = draw_family(random, random.choices(SIZES, cum_weights=SIZE_WEIGHTS)[0])
            rows = [_person(random, issuer, head, place, person) for place, person in enumerate(people)]
            families.writerow(_as_family(random, rows[0]))
            persons.writerows(rows)
            counted["new" if number < new else "richer"] += 1
    return P3keFiles(*paths, counted["new"], counted["known"], counted["richer"])


def _known(random: Random, dtks: Path) -> Iterator[Row]:
    """Families of the DTKS that P3KE ranks too, in the order of the DTKS."""
    codes = {(place["district"], place["village"]): place["code"] for place in VILLAGES}
    with dtks.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if row["Hubungan keluarga"] != "KEPALA KELUARGA" or not row["NIK"].isdigit() or len(row["NIK"]) != 16:
                continue
            if random.random() >= KNOWN_TOO or row["NIK"].endswith("0000"):
                continue
            yield {
                "ID Keluarga": f"K{number:07}",
                "Provinsi": "JAWA TIMUR",
                "Kabupaten": "KOTA MALANG",
                "Kecamatan": row["Kecamatan"],
                "Desa": row["Desa/Kelurahan"],
                "Kode Kemdagri": codes[row["Kecamatan"], row["Desa/Kelurahan"]],
                "Desil Kesejahteraan": str(random.randrange(1, 5)),
                "Alamat": row["Alamat"],
                "Kepala Keluarga": row["Nama"],
                "NIK": row["NIK"],
                "Padan Dukcapil": row["Keterangan padan"],
                "Jenis Kelamin": row["Jenis kelamin"],
                "Tanggal Lahir": row["Tanggal lahir"],
                "Pekerjaan": row["Pekerjaan"],
                **_seen(random),
            }


def _head(random: Random, family: str, desil: int) -> Row:
    place = random.choice(VILLAGES)
    street = random.choice(STREETS[place["code"].rpartition(".")[0]])
    return {
        "ID Keluarga": family,
        "Provinsi": "JAWA TIMUR",
        "Kabupaten": "KOTA MALANG",
        "Kecamatan": place["district"],
        "Desa": place["village"],
        "Kode Kemdagri": place["code"],
        "Desil Kesejahteraan": str(desil),
        "Alamat": f"JL. {street} NO. {random.randrange(1, 200)}",
    }


def _person(random: Random, issuer: Issuer, head: Row, place: int, person: Person) -> Row:
    office = head["Kode Kemdagri"].replace(".", "")[:6]
    nik = "" if random.random() < WITHOUT_NIK else issuer.issue(office, person.born, person.sex)
    aid: dict[str, Any] = _seen(random)
    return head | {
        "ID Individu": f"{head['ID Keluarga']}-{place + 1}",
        "Nama": person.name,
        "NIK": nik,
        "Padan Dukcapil": "PADAN" if nik else "KOSONG",
        "Jenis Kelamin": "LAKI-LAKI" if person.sex == "male" else "PEREMPUAN",
        "Hub. dgn Kepala Keluarga": person.relation,
        "Tanggal Lahir": f"{person.born:%d/%m/%Y}",
        "Status Kawin": "KAWIN" if person.relation in ("KEPALA KELUARGA", "ISTRI") else "BELUM KAWIN",
        "Pekerjaan": person.job,
        **{name: aid[name] for name in ALSO[1:]},
    }


def _as_family(random: Random, head: Row) -> Row:
    kept = {name: head[name] for name in P3KE_FAMILY.columns if name in head}
    return kept | {"Kepala Keluarga": head["Nama"]} | _seen(random)


def _seen(random: Random) -> Row:
    """What P3KE says of the house and of aid."""
    return {
        "Jenis Lantai": random.choice(("SEMEN", "TANAH", "KERAMIK/GRANIT/MARMER/UBIN/TEGEL/TERASO")),
        **{
            name: "YA" if random.random() < share else "TIDAK" for name, share in zip(ALSO[1:], (0.2, 0.1), strict=True)
        },
    }
