"""`dtks_update.csv`: the ministry's own person layout after 2021 (dossier 1.5), and behind it what the city found.

Whoever reads the ministry's download reads this file: the same columns in the same words and order.
"""

import asyncpg

from api.core.vault import Vault
from api.releases.columns import Columns, columns_of

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


def people(rows: list[asyncpg.Record], vault: Vault) -> Columns:
    """People under the ids that the DTKS knows, with both numbers whole, then the city's result.

    `Dusun` stays empty (a city has none; an import joins it to the address), and so does `Keterangan padan`: that is
    Dukcapil's to say at a date, and a release does not say it for them.
    """
    read = columns_of(rows)
    nothing = [None] * len(rows)
    return read | {
        "Id_DTKS": read["external_id"],
        "Provinsi": [PROVINCES.get(code[:2]) for code in read["region_code"]],
        "Kabupaten/Kota": read["city"],
        "Kecamatan": read["district"],
        "Desa/Kelurahan": read["village"],
        "Alamat": read["address"],
        "Dusun": nothing,
        "RT": read["rt"],
        "RW": read["rw"],
        "No KK": vault.open_all("family.no_kk", read["family_id"], read["no_kk"]),
        "NIK": vault.open_all("member.nik", read["member_id"], read["nik"]),
        "Nama": read["name"],
        "Tanggal lahir": [born and f"{born.day:02}/{born.month:02}/{born.year}" for born in read["born_on"]],
        "Tempat lahir": read["born_at"],
        "Jenis kelamin": [SEXES.get(sex) for sex in read["sex"]],
        "Pekerjaan": read["occupation"],
        "Nama ibu kandung": read["mother_name"],
        "Hubungan keluarga": [RELATIONS.get(relation) for relation in read["relation"]],
        "Keterangan padan": nothing,
        **{
            column: ["YA" if word in received else "TIDAK" for received in read["programmes"]]
            for column, word in PROGRAMMES.items()
        },
        "hasil_verivali": [HASIL_VERIVALI.get(found) for found in read["field_result"]],
        "keberadaan_art_bdt": [KEBERADAAN_ART_BDT.get(found) for found in read["whereabouts"]],
    }
