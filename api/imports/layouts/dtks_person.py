"""The DTKS download after 2021: one row a person, no housing data (dossier 1.5). Its id is opaque text."""

from typing import Final

from api.imports.layouts.layout import Layout
from api.tables import Source

COLUMNS: Final = (
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
    "Bansos BPNT",
    "Bansos PKH",
    "Bansos BPNT-PPKM",
    "PBI-JKN",
)
DTKS_PERSON: Final = Layout(
    name="dtks_person",
    source=Source.DTKS,
    columns=COLUMNS,
    external_id="Id_DTKS",
    district="Kecamatan",
    village="Desa/Kelurahan",
    address=("Alamat", "Dusun"),
    rt="RT",
    rw="RW",
    no_kk="No KK",
    nik="NIK",
    person="Nama",
    born_on="Tanggal lahir",
    born_at="Tempat lahir",
    sex="Jenis kelamin",
    occupation="Pekerjaan",
    mother_name="Nama ibu kandung",
    relation="Hubungan keluarga",
    programmes={
        "Bansos BPNT": "bpnt",
        "Bansos PKH": "pkh",
        "Bansos BPNT-PPKM": "bpnt_ppkm",
        "PBI-JKN": "pbi_jkn",
    },
)
