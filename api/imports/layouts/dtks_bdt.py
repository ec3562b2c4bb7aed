"""BDT, the DTKS of 2015 to 2020: a file of households and a file of their people, joined by `IDBDT` (dossier 1.5).

Sourced: both lists of columns, the region in BPS digits, `percentile` 1..100 with desil = ceil(p / 10), NUK as the
number of the family in the household, the code lists (dossier 1.6: `bdt_hub_krt`, yes and no as 1 2 or as 3 4), and
that in a city an SLS is an RT, written `RT 03 RW 05` or `03/05` by some (dossier 4.3).
Our reading: which columns a header must have; that a code short of its leading zeros is that code; `JnsKel` 1 is male
and 2 female; a member's relation is `Hubkel`, to the head of the family card, because each family has a head; a
household is in PKH when `sta_pkh` is 1; the kelurahan is the household's. What is not read is kept with the raw row.

A cell that is none of its list is found, whether we read the column or not. Unchecked is what no list of ours is of:
`sta_keberadaan_rt`, `Kelas_tertinggi`, and yes and no about people, for which nobody says if they are 1 2 or 3 4.
"""

from typing import Final

from api.imports.layouts.layout import Layout, names_in
from api.imports.layouts.numbering import codes_of, sums_of
from api.imports.layouts.values import RELATION_CODES, SEX_CODES
from api.tables import Source

REGION: Final = ("KDPROP", "KDKAB", "KDKEC", "KDDESA")
ODD: Final = (
    "ada_tabung_gas",
    "ada_ac",
    "ada_telepon",
    "ada_emas",
    "ada_sepeda",
    "ada_mobil",
    "ada_motor_tempel",
    "ada_kapal",
    "aset_tak_bergerak",
    "sta_art_usaha",
    "sta_kks",
    "sta_kis",
    "sta_jamsostek",
    "sta_pkh",
    "sta_kur",
)
EVEN: Final = (
    "ada_lemari_es",
    "ada_pemanas",
    "ada_tv",
    "ada_laptop",
    "ada_motor",
    "ada_perahu",
    "ada_perahu_motor",
    "rumah_lain",
    "sta_kip",
    "sta_bpjs_mandiri",
    "sta_asuransi",
    "sta_raskin",
)
HOUSING: Final = names_in(
    """Sta_bangunan Sta_lahan Luas_lantai Lantai Dinding Kondisi_dinding Atap Kondisi_atap Jumlah_kamar Sumber_airminum
    Nomor_meter_air cara_peroleh_airminum Sumber_penerangan Daya Nomor_PLN bb_masak nomor_gas fasbab kloset buang_tinja
    luas_atb jumlah_sapi jumlah_kerbau jumlah_kuda jumlah_babi jumlah_kambing sta_keberadaan_rt"""
)
CARDS: Final = ("RUTA6", "NoPesertaPBDT", "NoPesertaPKH", "NoPesertaKKS2016", "NoPesertaPBI", "PesertaKIP")
PERSON: Final = names_in(
    """KDPROP KDKAB KDKEC KDDESA NoPesertaPKH HubKRT Umur Sta_kawin Ada_akta_nikah Ada_diKK Ada_kartu_identitas
    Sta_hamil Jenis_cacat Penyakit_kronis Partisipasi_sekolah Pendidikan_tertinggi Kelas_tertinggi Ijazah_tertinggi
    Sta_Bekerja Jumlah_jamkerja Lapangan_usaha Status_pekerjaan Sta_keberadaan_art Sta_kepesertaan_pbi Ada_kks Ada_pbi
    Ada_kip Ada_pkh Ada_BPNT Anak_diluar_rt namagadis_ibukandung"""
)
# which official list a column's cells are codes of (dossier 1.6)
HOUSEHOLD_LISTS: Final = {
    "Sta_bangunan": "bdt_status_bangunan",
    "Sta_lahan": "bdt_status_lahan",
    "Lantai": "bdt_lantai",
    "Dinding": "bdt_dinding",
    "Kondisi_dinding": "bdt_kondisi",
    "Atap": "bdt_atap",
    "Kondisi_atap": "bdt_kondisi",
    "Sumber_airminum": "bdt_sumber_air",
    "cara_peroleh_airminum": "bdt_cara_air",
    "Sumber_penerangan": "bdt_penerangan",
    "Daya": "bdt_daya",
    "bb_masak": "bdt_bahan_bakar",
    "fasbab": "bdt_fasbab",
    "kloset": "bdt_kloset",
    "buang_tinja": "bdt_tinja",
    **dict.fromkeys(ODD, "bdt_ya_tidak_ganjil"),
    **dict.fromkeys(EVEN, "bdt_ya_tidak_genap"),
}
PERSON_LISTS: Final = {
    "HubKRT": "bdt_hub_krt",
    "Sta_kawin": "bdt_sta_kawin",
    "Ada_akta_nikah": "bdt_akta_nikah",
    "Jenis_cacat": "bdt_jenis_cacat",
    "Penyakit_kronis": "bdt_penyakit",
    "Partisipasi_sekolah": "bdt_partisipasi_sekolah",
    "Pendidikan_tertinggi": "bdt_jenjang",
    "Ijazah_tertinggi": "bdt_ijazah",
    "Lapangan_usaha": "bdt_lapangan_usaha",
    "Status_pekerjaan": "bdt_status_pekerjaan",
    "Sta_keberadaan_art": "keberadaan_art_bdt",
}

MEMBERS: Final = Layout(
    name="dtks_bdt",
    source=Source.DTKS,
    columns=("IDBDT", "IDARTBDT", "Nama", "JnsKel", "TmpLahir", "TglLahir", "NIK", "NoKK", "NUK", "Hubkel"),
    also=PERSON,
    external_id="IDARTBDT",
    household="IDBDT",
    no_kk="NoKK",
    nik="NIK",
    person="Nama",
    born_on="TglLahir",
    born_at="TmpLahir",
    sex="JnsKel",
    sexes=SEX_CODES,
    family_no="NUK",
    relation="Hubkel",
    relations=RELATION_CODES,
    mother_name="namagadis_ibukandung",
    coded={column: codes_of(name) for column, name in PERSON_LISTS.items()}
    | {"Ada_kartu_identitas": sums_of("bdt_kartu_identitas")},
)
DTKS_BDT: Final = Layout(
    name="dtks_bdt",
    source=Source.DTKS,
    columns=("IDBDT", *REGION, "Alamat", "Nama_SLS", "Nama_KRT", "Jumlah_ART", "Jumlah_Keluarga"),
    also=(*CARDS, *HOUSING, *ODD, *EVEN, "percentile"),
    aliases={"sta_raskin/rastra": "sta_raskin", "sta_rastra": "sta_raskin"},
    external_id="IDBDT",
    household="IDBDT",
    bps_parts=REGION,
    address=("Alamat",),
    neighbourhood="Nama_SLS",
    person="Nama_KRT",
    percentile="percentile",
    programmes={"sta_pkh": "pkh"},
    coded={column: codes_of(name) for column, name in HOUSEHOLD_LISTS.items()},
    members=MEMBERS,
)
