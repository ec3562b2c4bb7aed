"""Clean files of BDT, households and their people, and of DTSEN. Person `n` is the person `n` of `dirt`."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.imports.findings import ERRORS
from api.imports.layouts.dtks_bdt import DTKS_BDT, MEMBERS
from api.tables import ImportPart
from tests.support.dirt import Row, kinds_of, nik, no_kk, write

# Sukun, Pisang Candi and Kotalama as BPS counts them
BPS = (("020", "004"), ("020", "010"), ("010", "007"))
FILE, MEMBERS_FILE = ImportPart.FILE.value, ImportPart.MEMBERS_FILE.value
PlantedIn = tuple[str, int, str, str]


def bdt_households(count: int) -> list[Row]:
    """Households without a fault."""
    rows = []
    for number in range(1, count + 1):
        district, village = BPS[number % len(BPS)]
        rows.append(
            dict.fromkeys((*DTKS_BDT.columns, *DTKS_BDT.also), "")
            | {
                "IDBDT": f"B{number:07}",
                "KDPROP": "35",
                "KDKAB": "73",
                "KDKEC": district,
                "KDDESA": village,
                "Alamat": f"JL. KLAYATAN NO. {number}",
                "Nama_SLS": "RT 03 RW 05",
                "Nama_KRT": f"SLAMET {number * 3 - 2}",
                "Jumlah_ART": "3",
                "Jumlah_Keluarga": "2",
                "Lantai": "6",
                "ada_tv": "4",
                "sta_pkh": "1",
                "percentile": str(number % 100 + 1),
            }
        )
    return rows


def bdt_members(count: int) -> list[Row]:
    """Their people, three in each: two on the first family card, the third on the second."""
    rows = []
    for number in range(1, count * 3 + 1):
        household, place = (number - 1) // 3 + 1, (number - 1) % 3
        rows.append(
            dict.fromkeys((*MEMBERS.columns, *MEMBERS.also), "")
            | {
                "IDBDT": f"B{household:07}",
                "IDARTBDT": f"A{number:07}",
                "Nama": f"SLAMET {number}",
                "JnsKel": "1",
                "TmpLahir": "MALANG",
                "TglLahir": "12/03/1985",
                "HubKRT": str(place + 1),
                "NIK": nik(number),
                "NoKK": no_kk(household * 2 - 1 if place < 2 else household * 2),
                "NUK": "1" if place < 2 else "2",
                "Hubkel": ("1", "3", "1")[place],
                "namagadis_ibukandung": "SITI",
            }
        )
    return rows


@dataclass(slots=True)
class DirtyPair:
    """Two files and what was planted in them: file, row as a spreadsheet counts, column, code."""

    households: list[Row | Sequence[str]]
    members: list[Row | Sequence[str]]
    planted: set[PlantedIn]

    def texts(self, separator: str = ",") -> tuple[bytes, bytes]:
        """Both files as CSV."""
        columns = ((*DTKS_BDT.columns, *DTKS_BDT.also), (*MEMBERS.columns, *MEMBERS.also))
        return (
            write(self.households, columns=columns[0], separator=separator).encode(),
            write(self.members, columns=columns[1], separator=separator).encode(),
        )


def dirty_pair(copies: int = 2) -> DirtyPair:
    """Every kind of dirt of both files `copies` times, each in a household of its own, clean households between them.

    A rejected household takes its three people along, so they are planted with it.
    """
    of_households, of_people = kinds_of(DTKS_BDT) * copies, kinds_of(MEMBERS) * copies
    count = 2 * (len(of_households) + len(of_people)) + 40
    households, members = bdt_households(count), bdt_members(count)
    planted: set[PlantedIn] = set()
    for number, (code, column, spoil) in enumerate(of_households):
        place = number * 2
        spoil(households[place])
        planted.add((FILE, place + 2, column, code))
        if code in ERRORS:
            unread = code.startswith("external_id")
            lost = "household_absent" if unread else "household_rejected"
            planted |= {(MEMBERS_FILE, place * 3 + person + 2, "IDBDT", lost) for person in range(3)}
    for number, (code, column, spoil) in enumerate(of_people, len(of_households)):
        spoil(members[number * 6 + 1])
        planted.add((MEMBERS_FILE, number * 6 + 3, column, code))
    last = count - 1
    households[last]["IDBDT"] = households[last - 2]["IDBDT"]
    planted.add((FILE, last + 2, "IDBDT", "external_id_repeated"))
    planted |= {(MEMBERS_FILE, last * 3 + person + 2, "IDBDT", "household_absent") for person in range(3)}
    alone = (last - 4) * 3
    for person in range(3):
        members[alone + person]["IDBDT"] = households[last - 6]["IDBDT"]
        members[alone + person]["NUK"] = "3"
        members[alone + person]["NoKK"] = no_kk(9000)
    planted.add((FILE, last - 4 + 2, "IDBDT", "household_without_members"))
    other = (last - 8) * 3 + 1
    members[other]["NoKK"] = no_kk(9001)
    planted.add((MEMBERS_FILE, other + 2, "NoKK", "family_cards_differ"))
    repeated = (last - 10) * 3
    members[repeated]["IDARTBDT"] = members[(last - 12) * 3]["IDARTBDT"]
    planted.add((MEMBERS_FILE, repeated + 2, "IDARTBDT", "external_id_repeated"))
    members[repeated + 1]["NIK"] = members[(last - 12) * 3 + 1]["NIK"]
    planted.add((MEMBERS_FILE, repeated + 3, "NIK", "nik_repeated_in_file"))
    wide: list[Row | Sequence[str]] = list(households)
    tall: list[Row | Sequence[str]] = list(members)
    wide[last - 14] = [*households[last - 14].values(), "one too many"]
    planted.add((FILE, last - 14 + 2, "", "wrong_number_of_columns"))
    planted |= {(MEMBERS_FILE, (last - 14) * 3 + person + 2, "IDBDT", "household_absent") for person in range(3)}
    tall[(last - 16) * 3 + 1] = list(members[(last - 16) * 3 + 1].values())[:-2]
    planted.add((MEMBERS_FILE, (last - 16) * 3 + 3, "", "wrong_number_of_columns"))
    return DirtyPair(wide, tall, planted)


def dtsen_rows(count: int, people: int = 3) -> list[Row]:
    """Families as DTSEN has them: the cards and numbers of `dirt.clean_rows`."""
    return [
        {
            "nik": nik((family - 1) * people + person + 1),
            "no_kk": no_kk(family),
            "nama": f"SLAMET {(family - 1) * people + person + 1}",
            "desil_nasional_anggota": "2",
            "desil_nasional_keluarga": str(family % 10 + 1),
            "umur_2026": "41",
            "id_hub_kepala_keluarga": "3" if person else "1",
            "pbi": "1",
            "id_lantai_terluas": "6",
            "aset_bergerak_emas": "2",
            "jml_sapi": "0",
        }
        for family in range(1, count + 1)
        for person in range(people)
    ]
