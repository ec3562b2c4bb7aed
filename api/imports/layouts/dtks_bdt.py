"""BDT, the DTKS of 2015 to 2020: a file of households and a file of their people, joined by `IDBDT` (dossier 1.5).

Sourced: both lists of columns, the region in BPS digits, `percentile` 1..100 with desil = ceil(p / 10), NUK as the
number of the family in the household, the code lists (dossier 1.6: `bdt_hub_krt`, yes and no as 1 2 or as 3 4), and
that in a city an SLS is an RT, written `RT 03 RW 05` or `03/05` by some (dossier 4.3).
Our reading: which columns a header must have; that a code short of its leading zeros is that code; `JnsKel` 1 is male
and 2 female; a member's relation is `Hubkel`, to the head of the family card, because each family has a head; a
household is in PKH when `sta_pkh` is 1; the kelurahan is the household's. What is not read is kept with the raw row.
"""

from typing import Final

from api.imports.layouts.layout import Layout, names_in
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
    coded=dict.fromkeys(ODD, frozenset("12")) | dict.fromkeys(EVEN, frozenset("34")),
    members=MEMBERS,
)
