"""`dtks_update.csv`: the ministry's own person layout after 2021 (dossier 1.5), and behind it what the city found.

Whoever reads the ministry's download reads this file: the same columns in the same words and order.
"""

from typing import Any

import asyncpg

from api.core.clock import WIB
from api.core.vault import Vault

# the official lists `hasil_verivali` and `keberadaan_art_bdt` (dossier 1.4); what a list has no word for stays empty
HASIL_VERIVALI = {"completed": 1, "not_found": 2, "moved": 3, "part_of_other": 4, "refused": 5, "duplicate": 6}
KEBERADAAN_ART_BDT = {
    "present": 1,
    "deceased": 2,
    "moved": 3,
    "moved_abroad": 3,  # BDT has one code for all who left
    "new": 4,
    "prelist_error": 5,
    "not_found": 6,
}
PROVINCES = {"35": "JAWA TIMUR"}
SEXES = {"male": "LAKI-LAKI", "female": "PEREMPUAN"}
RELATIONS = {
    "head": "KEPALA KELUARGA",
    "spouse": "ISTRI/SUAMI",
    "child": "ANAK",
    "child_in_law": "MENANTU",
    "grandchild": "CUCU",
    "parent": "ORANG TUA/MERTUA",
    "helper": "PEMBANTU/SOPIR",
    "other": "LAINNYA",
}
PROGRAMMES = {"Bansos BPNT": "bpnt", "Bansos PKH": "pkh", "Bansos BPNT-PPKM": "bpnt_ppkm", "PBI-JKN": "pbi_jkn"}
COLUMNS = (
    "Id_DTKS",
    "Provinsi",
    "Kabupaten/Kota",
    "Kecamatan",
    "Desa/Kelurahan",
    "Alamat",
    "Dusun",
    "RT",
    "RW",
    "No KK",
    "NIK",
    "Nama",
    "Tanggal lahir",
    "Tempat lahir",
    "Jenis kelamin",
    "Pekerjaan",
    "Nama ibu kandung",
    "Hubungan keluarga",
    "Keterangan padan",
    *PROGRAMMES,
)
RESULT_COLUMNS = (
    "region_code",
    "bps_code",
    "field_result",
    "hasil_verivali",
    "whereabouts",
    "keberadaan_art_bdt",
    "eligibility",
    "registry_action",
    "decided_at",
)


def person(row: asyncpg.Record, vault: Vault) -> dict[str, Any]:
    """A person under the id that the DTKS knows, with both numbers whole, then the city's result.

    `Dusun` stays empty (a city has none; an import joins it to the address), and so does `Keterangan padan`: that is
    Dukcapil's to say at a date, and a release does not say it for them.
    """
    born = row["born_on"]
    return {
        "Id_DTKS": row["external_id"],
        "Provinsi": PROVINCES.get(row["region_code"][:2]),
        "Kabupaten/Kota": row["city"],
        "Kecamatan": row["district"],
        "Desa/Kelurahan": row["village"],
        "Alamat": row["address"],
        "Dusun": None,
        "RT": row["rt"],
        "RW": row["rw"],
        "No KK": None if row["no_kk"] is None else vault.open("family.no_kk", row["family_id"], row["no_kk"]),
        "NIK": None if row["nik"] is None else vault.open("member.nik", row["member_id"], row["nik"]),
        "Nama": row["name"],
        "Tanggal lahir": born and f"{born.day:02}/{born.month:02}/{born.year}",
        "Tempat lahir": row["born_at"],
        "Jenis kelamin": SEXES.get(row["sex"]),
        "Pekerjaan": row["occupation"],
        "Nama ibu kandung": row["mother_name"],
        "Hubungan keluarga": RELATIONS.get(row["relation"]),
        "Keterangan padan": None,
        **{column: "YA" if word in row["programmes"] else "TIDAK" for column, word in PROGRAMMES.items()},
        **{column: row[column] for column in RESULT_COLUMNS if column in row},
        "hasil_verivali": HASIL_VERIVALI.get(row["field_result"]),
        "keberadaan_art_bdt": KEBERADAAN_ART_BDT.get(row["whereabouts"]),
        "decided_at": row["decided_at"].astimezone(WIB).isoformat(timespec="seconds"),
    }
