"""P3KE: the ranking of families by BKKBN and TNP2K, as a file of families and as one of persons (dossier 2).

There is no No. KK: a household is known by `ID Keluarga`, P3KE's own key, or by the NIK of one of its people. Neither
file has RT or RW. Files differ in what they have of housing and aid: those columns are kept when they stand there.
"""

from typing import Final

from api.imports.layouts.layout import Layout
from api.tables import Source

HEAD: Final = (
    "ID Keluarga",
    "Provinsi",
    "Kabupaten",
    "Kecamatan",
    "Desa",
    "Kode Kemdagri",
    "Desil Kesejahteraan",
    "Alamat",
)
AID: Final = ("Penerima BPNT", "Penerima BPUM", "Penerima BST", "Penerima PKH", "Penerima SEMBAKO")
LAST: Final = ("Resiko Stunting", "Pensasaran")
HOUSING: Final = (
    "Kepemilikan Rumah",
    "Memiliki Simpanan Uang/Perhiasan/Ternak/Lainnya",
    "Jenis Atap",
    "Jenis Dinding",
    "Jenis Lantai",
    "Sumber Penerangan",
    "Bahan Bakar Memasak",
    "Sumber Air Minum",
    "Memiliki Fasilitas BAB",
)
# the file itself writes BNPT; others leave "Penerima" to the row above
ALIASES: Final = {
    "Penerima BNPT": "Penerima BPNT",
    "Penerima BNPT(BPNT)": "Penerima BPNT",
    **{name.removeprefix("Penerima "): name for name in AID},
}
# SEMBAKO is what BPNT was called from 2020 on
PROGRAMMES: Final = {"Penerima BPNT": "bpnt", "Penerima SEMBAKO": "bpnt", "Penerima PKH": "pkh"}

P3KE_FAMILY: Final = Layout(
    name="p3ke_family",
    source=Source.P3KE,
    columns=(*HEAD, "Kepala Keluarga", "NIK", "Padan Dukcapil", "Jenis Kelamin", "Tanggal Lahir", "Pekerjaan"),
    also=("Pendidikan", *HOUSING, *AID, *LAST),
    aliases=ALIASES,
    external_id="ID Keluarga",
    household="ID Keluarga",
    household_rows=True,
    by_nik=True,
    region_code="Kode Kemdagri",
    district="Kecamatan",
    village="Desa",
    address=("Alamat",),
    nik="NIK",
    person="Kepala Keluarga",
    born_on="Tanggal Lahir",
    sex="Jenis Kelamin",
    occupation="Pekerjaan",
    desil="Desil Kesejahteraan",
    programmes=PROGRAMMES,
)
RELATION: Final = "Hub. dgn Kepala Keluarga"
P3KE_PERSON: Final = Layout(
    name="p3ke_person",
    source=Source.P3KE,
    columns=(
        *HEAD,
        "ID Individu",
        "Nama",
        "NIK",
        "Padan Dukcapil",
        "Jenis Kelamin",
        RELATION,
        "Tanggal Lahir",
        "Status Kawin",
        "Pekerjaan",
    ),
    also=("Pendidikan", *AID, *LAST),
    aliases=ALIASES,
    external_id="ID Individu",
    household="ID Keluarga",
    by_nik=True,
    region_code="Kode Kemdagri",
    district="Kecamatan",
    village="Desa",
    address=("Alamat",),
    nik="NIK",
    person="Nama",
    born_on="Tanggal Lahir",
    sex="Jenis Kelamin",
    relation=RELATION,
    occupation="Pekerjaan",
    desil="Desil Kesejahteraan",
    programmes=PROGRAMMES,
)
