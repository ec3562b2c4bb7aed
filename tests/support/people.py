"""A city's list of its field people: teams of one coordinator and seven enumerators, with every name its own."""

from collections.abc import Sequence

from tests.support.dirt import Row, write

COLUMNS = ("Nama", "Peran", "Tim", "Username", "Kecamatan")
DISTRICTS = ("Sukun", "KEDUNGKANDANG")


def people(teams: int = 18, enumerators: int = 7) -> list[Row]:
    """Rows without a fault, team by team; nobody has a username yet."""
    return [
        {
            "Nama": f"Ratna {word(team)}" if place == 0 else f"Siti {word(team)} {word(place)}, S.Sos",
            "Peran": "Koordinator" if place == 0 else "Pencacah",
            "Tim": f"Tim {team:02}",
            "Username": "",
            "Kecamatan": DISTRICTS[team % 2],
        }
        for team in range(1, teams + 1)
        for place in range(enumerators + 1)
    ]


def word(number: int) -> str:
    """A name for a number."""
    return "Dewa" + "".join("aeioubcdfg"[int(digit)] for digit in str(number))


def file_of_people(
    rows: Sequence[Row | Sequence[str]], separator: str = ",", columns: Sequence[str] = COLUMNS
) -> bytes:
    """The list as CSV."""
    return write(rows, columns=columns, separator=separator).encode()
