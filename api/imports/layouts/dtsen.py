"""DTSEN, as an East Java project had it in 2026: one row a person, ranked by family (dossier 1.5 and 3).

Sourced: the column names; that they follow the Regsosek questionnaire, whose list R409 says the relation; desil 1..10.
The extract has no id, no kelurahan, no address, no birth date and no sex. So it makes no household: it tells the rank
of those that a family card or a person's NIK names, and everybody else is reported as unknown.
Our reading: which columns a header must have; the family's desil is the household's (the member's is kept with the raw
row); the ids are keyed digests of NIK and No. KK, which never stand in the open; `pbi` is PBI-JKN, 1 or `YA` says yes.
"""

from typing import Final

from api.imports.layouts.layout import Layout, names_in
from api.imports.layouts.values import RELATION_CODES
from api.tables import Source

KEPT: Final = names_in(
    """cut_off_keluarga umur_2026 kemiskinan_ekstrem status_dtsen pbi luas_lantai_bangunan id_* aset_bergerak_* jml_*
    lahan_tempat_lain rumah_tempat_lain pkh_plus aspd kpm_jawara putri_jawara ppks_jawara"""
)

DTSEN: Final = Layout(
    name="dtsen",
    source=Source.DTSEN,
    columns=(
        "nik",
        "no_kk",
        "nama",
        "desil_nasional_anggota",
        "desil_nasional_keluarga",
        "id_hub_kepala_keluarga",
    ),
    also=KEPT,
    external_id="nik",
    household="no_kk",
    by_nik=True,
    by_number=True,
    no_kk="no_kk",
    nik="nik",
    person="nama",
    relation="id_hub_kepala_keluarga",
    relations=RELATION_CODES,
    desil="desil_nasional_keluarga",
    programmes={"pbi": "pbi_jkn"},
)
