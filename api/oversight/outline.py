"""How the reference is arranged: its chapters in the order of the season, and the examples of request bodies."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

PACKAGE: Final = Path(__file__).parent.parent

# tag, English, Indonesian
CHAPTERS: Final = (
    (
        "access",
        "Who you are: sign in, refresh, people, machines and their secrets.",
        "Siapa Anda: masuk, perpanjang token, petugas, sistem dan kuncinya.",
    ),
    (
        "regions",
        "Kota, kecamatan and kelurahan, and the code lists behind every word.",
        "Kota, kecamatan, kelurahan, dan daftar kode di balik setiap istilah.",
    ),
    (
        "campaigns",
        "A season is prepared: campaign, teams, training.",
        "Musim disiapkan: kegiatan, tim, bimtek.",
    ),
    (
        "imports",
        "A list comes in as a file; every fault is named by row and column.",
        "Daftar masuk sebagai berkas; setiap kesalahan disebut baris dan kolomnya.",
    ),
    (
        "households",
        "The households, their families and people: only the rows that are yours.",
        "Rumah tangga, keluarga dan anggotanya: hanya baris yang menjadi bagian Anda.",
    ),
    (
        "assignments",
        "The work is shared out: each household to one enumerator.",
        "Pekerjaan dibagi: setiap rumah tangga kepada satu pencacah.",
    ),
    (
        "questionnaires",
        "What is asked at the door, in versions.",
        "Apa yang ditanyakan di pintu, dalam versi-versi.",
    ),
    (
        "visits",
        "Doors are knocked on: a visit is one knock on one door, and is only ever added.",
        "Pintu diketuk: satu kunjungan adalah satu ketukan di satu pintu, dan hanya bisa ditambahkan.",
    ),
    (
        "sync",
        "Phones without a network for most of the day: what they pull, what they push, what waits for a person.",
        "Ponsel yang seharian tanpa jaringan: apa yang diambil, apa yang dikirim, apa yang menunggu keputusan.",
    ),
    (
        "openrosa",
        "ODK Collect as it is: a QR code sets it up, forms and work lists go out, filled forms and photos come in.",
        "ODK Collect apa adanya: kode QR menyiapkannya, formulir dan daftar tugas keluar, isian dan foto masuk.",
    ),
    (
        "formgear",
        "CAPI in the style of BPS: FormGear's documents out, and what was filled in back.",
        "CAPI gaya BPS: dokumen FormGear keluar, dan hasil isiannya masuk.",
    ),
    (
        "verdicts",
        "What was found is weighed: proposed at the door, reviewed by the coordinator, decided by Bappeda.",
        "Temuan ditimbang: diusulkan di pintu, ditinjau koordinator, diputuskan Bappeda.",
    ),
    (
        "releases",
        "What is decided is frozen, numbered and handed on.",
        "Yang sudah diputuskan dibekukan, diberi nomor, dan diteruskan.",
    ),
    (
        "oversight",
        "The system itself: is it well, what does it offer, what does a refusal mean.",
        "Sistem itu sendiri: apakah sehat, apa yang ditawarkan, apa arti suatu penolakan.",
    ),
)


def shipped(folder: str) -> Path:
    """A folder of `openapi/`: inside the package in a wheel, beside it in a checkout."""
    packed = PACKAGE / f"_{folder}"
    return packed if packed.exists() else PACKAGE.parent / "openapi" / folder


def chapters() -> dict[str, str]:
    """The description of each tag, English first, in the order of the season."""
    return {tag: f"{english}\n\n*{indonesian}*" for tag, english, indonesian in CHAPTERS}


@cache
def examples() -> dict[str, dict[str, Any]]:
    """The examples of each operation's body, from `openapi/examples/<operationId>.json`."""
    return {path.stem: orjson.loads(path.read_bytes()) for path in sorted(shipped("examples").glob("*.json"))}
