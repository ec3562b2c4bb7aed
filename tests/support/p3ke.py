"""Clean files of P3KE: families and persons, in the villages of the pilot. Person `n` is the person `n` of `dirt`."""

from collections.abc import Sequence

from tests.support.dirt import VILLAGES, Row, nik

CODES = {"SUKUN": "35.73.04.1005", "PISANG CANDI": "3573041007", "KOTALAMA": "35.73.03.1001"}
TITLES = "\n".join(["DATA PENSASARAN P3KE", "KOTA MALANG", '"Sumber: PK-21, diolah"', *[","] * 9]) + "\n"


def _head(family: int, desil: int) -> Row:
    district, village = VILLAGES[family % len(VILLAGES)]
    return {
        "ID Keluarga": f"F{family:07}",
        "Provinsi": "JAWA TIMUR",
        "Kabupaten": "KOTA MALANG",
        "Kecamatan": district,
        "Desa": village,
        "Kode Kemdagri": CODES[village],
        "Desil Kesejahteraan": str(desil),
        "Alamat": f"JL. KLAYATAN NO. {family}",
    }


def families(count: int, desils: Sequence[int] = (1, 2, 3, 4), people: int = 3) -> list[Row]:
    """Families whose head is the first of `people` persons."""
    return [
        _head(family, desils[family % len(desils)])
        | {
            "Kepala Keluarga": f"SLAMET {(family - 1) * people + 1}",
            "NIK": nik((family - 1) * people + 1),
            "Padan Dukcapil": "PADAN",
            "Jenis Kelamin": "LAKI-LAKI",
            "Tanggal Lahir": "1985-03-12",
            "Pekerjaan": "BURUH",
            "Jenis Lantai": "SEMEN",
            "Penerima BNPT": "YA",
            "Penerima PKH": "TIDAK",
        }
        for family in range(1, count + 1)
    ]


def persons(count: int, desils: Sequence[int] = (1, 2, 3, 4), people: int = 3) -> list[Row]:
    """The people of the same families."""
    return [
        _head(family, desils[family % len(desils)])
        | {
            "ID Individu": f"F{family:07}" if person == 0 else f"I{(family - 1) * people + person + 1:07}",
            "Nama": f"SLAMET {(family - 1) * people + person + 1}",
            "NIK": nik((family - 1) * people + person + 1),
            "Padan Dukcapil": "PADAN",
            "Jenis Kelamin": "LAKI-LAKI",
            "Hub. dgn Kepala Keluarga": "ANAK" if person else "KEPALA KELUARGA",
            "Tanggal Lahir": "12/03/1985",
            "Status Kawin": "KAWIN",
            "Pekerjaan": "BURUH",
            "PKH": "YA",
        }
        for family in range(1, count + 1)
        for person in range(people)
    ]


def write_p3ke(rows: Sequence[Row], titles: str = TITLES) -> bytes:
    """The rows as CSV, whose header stands on row 13 below titles."""
    lines = [",".join(f'"{name}"' for name in rows[0])]
    lines += [",".join(f'"{cell}"' for cell in row.values()) for row in rows]
    return (titles + "\n".join(lines)).encode()
