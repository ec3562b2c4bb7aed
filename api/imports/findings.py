"""What can be wrong with a row: stable codes, their level, and what they say in both languages.

The rules of NIK and No. KK are those of PP 37/2007 article 37 as the field reads them. An error rejects its row, a
warning keeps it; a number damaged by a spreadsheet is never repaired.
"""

from api.tables import FindingLevel

ERRORS: dict[str, tuple[str, str]] = {
    "wrong_number_of_columns": ("Jumlah kolom tidak sesuai judul", "The row has not as many columns as the header"),
    "external_id_missing": ("ID sumber kosong", "The source's id is missing"),
    "external_id_too_long": ("ID sumber lebih dari 80 huruf", "The source's id is longer than 80 characters"),
    "external_id_repeated": ("ID sumber berulang dalam berkas", "The source's id stands on an earlier row too"),
    "external_id_excel_damage": ("ID sumber rusak oleh lembar kerja", "The source's id was damaged by a spreadsheet"),
    "household_id_missing": ("ID keluarga kosong", "The household's id is missing"),
    "household_id_too_long": ("ID keluarga lebih dari 80 huruf", "The household's id is longer than 80 characters"),
    "household_id_excel_damage": (
        "ID keluarga rusak oleh lembar kerja",
        "The household's id was damaged by a spreadsheet",
    ),
    "household_absent": ("Rumah tangga tidak ada di berkas pertama", "The first file has no such household"),
    "household_rejected": ("Rumah tangganya ditolak", "The row of its household was rejected"),
    "percentile_invalid": ("Persentil bukan 1 sampai 100", "Not a percentile from 1 to 100"),
    "nik_needed": ("NIK kosong, orang tidak dapat dikenali", "No NIK, and this list has no other id of a person"),
    "desil_invalid": ("Desil bukan 1 sampai 10", "Not a desil from 1 to 10"),
    "name_missing": ("Nama kosong", "The name is missing"),
    "name_too_long": ("Nama lebih dari 120 huruf", "The name is longer than 120 characters"),
    "address_too_long": ("Alamat lebih dari 300 huruf", "The address is longer than 300 characters"),
    "region_unknown": ("Kelurahan tidak dikenal", "No such kelurahan in this kecamatan"),
    "region_outside_campaign": ("Kelurahan di luar wilayah kampanye", "The kelurahan is outside the campaign"),
    "date_invalid": ("Tanggal lahir tidak sah", "Not a date a person can be born on"),
    "role_unknown": ("Peran bukan koordinator atau pencacah", "The role is neither coordinator nor enumerator"),
    "team_missing": ("Tim kosong", "The team is missing"),
    "team_too_long": ("Nama tim lebih dari 80 huruf", "The team's name is longer than 80 characters"),
    "team_without_coordinator": ("Tim belum punya koordinator", "The team has no coordinator"),
    "team_has_coordinator": ("Tim sudah punya koordinator lain", "The team has another coordinator"),
    "team_over_span": ("Tim sudah penuh", "The team has as many enumerators as the campaign's span allows"),
    "in_another_team": ("Sudah di tim lain dalam kegiatan ini", "Already in another team of this campaign"),
    "person_repeated": (
        "Nama ini sudah ada di tim yang sama; bila orang lain, tulis Username",
        "The name stands in this team already: if it is somebody else, write a Username",
    ),
    "username_invalid": (
        "Username tidak sah: huruf kecil, angka, . _ -; mulai dengan huruf; 3-60 tanda",
        "Not a username: small letters, digits and . _ -, a letter first, 3 to 60 characters",
    ),
    "username_unmade": (
        "Username tidak dapat dibuat dari nama ini; tulis di kolom Username",
        "No username can be made of this name: write one in the column Username",
    ),
    "username_repeated": ("Username berulang dalam berkas", "The username stands on an earlier row too"),
    "username_of_another": (
        "Username ini milik orang lain; tulis yang lain di kolom Username",
        "The username is somebody else's: write another in the column Username",
    ),
    "role_differs": ("Akun ini berperan lain", "The account has another role"),
    "account_switched_off": ("Akun ini dinonaktifkan", "The account is switched off"),
    "busy_elsewhere": ("Masih bekerja di kegiatan lain", "Still works in a team of another open campaign"),
    "district_unknown": ("Kecamatan tidak dikenal", "No such kecamatan"),
    "district_differs": ("Kecamatan berbeda dari kecamatan timnya", "Not the kecamatan of the person's team"),
    "nik_equals_no_kk": ("NIK sama dengan No. KK", "NIK and No. KK are the same number"),
}
NUMBERS: dict[str, tuple[str, str]] = {
    "excel_damage": ("rusak oleh lembar kerja", "was damaged by a spreadsheet"),
    "not_16_digits": ("tidak 16 angka", "has not 16 digits"),
    "serial_0000": ("bernomor urut 0000", "has the serial 0000"),
    "placeholder": ("hanya pengisi, bukan nomor", "is a placeholder"),
    "impossible_date": ("memuat tanggal yang tidak mungkin", "holds a date that cannot be"),
    "unknown_region": ("memuat kode wilayah yang tidak dikenal", "holds an unknown region code"),
}
for code, (indonesian, english) in NUMBERS.items():
    ERRORS[f"nik_{code}"] = (f"NIK {indonesian}", f"The NIK {english}")
    ERRORS[f"no_kk_{code}"] = (f"No. KK {indonesian}", f"The No. KK {english}")
WARNINGS: dict[str, tuple[str, str]] = {
    "household_unknown": ("Rumah tangga tidak ada di basis data", "No such household in the registry: nothing added"),
    "household_without_members": ("Rumah tangga tanpa anggota", "No row of its people was accepted"),
    "family_no_unknown": ("Nomor urut keluarga tidak sah", "No number of a family: counted to the first"),
    "family_cards_differ": ("Satu keluarga, lebih dari satu No. KK", "The family has another No. KK on an earlier row"),
    "code_unknown": ("Kode tidak ada dalam daftar", "Not a code of this question"),
    "percentile_missing": ("Persentil kosong", "No percentile"),
    "region_names_differ": ("Nama wilayah berbeda dari kodenya", "The region's names are not those of its code"),
    "desil_missing": ("Desil kosong", "No desil"),
    "nik_empty": ("NIK kosong", "No NIK"),
    "nik_sex_differs": ("Jenis kelamin berbeda dari NIK", "The NIK says another sex"),
    "nik_birth_date_differs": ("Tanggal lahir berbeda dari NIK", "The NIK says another birth date"),
    "nik_repeated_in_file": ("NIK berulang dalam berkas", "The NIK stands on an earlier row too"),
    "no_kk_empty": ("No. KK kosong", "No No. KK: grouped without it"),
    "relation_unknown": ("Hubungan keluarga tidak dikenal", "The relation is not one we know"),
    "sex_unknown": ("Jenis kelamin tidak dikenal", "The sex is not one we know"),
    "date_missing": ("Tanggal lahir kosong", "No birth date"),
    "address_missing": ("Alamat kosong", "No address"),
    "rt_missing": ("RT kosong", "No RT"),
    "rw_missing": ("RW kosong", "No RW"),
    "username_numbered": (
        "Nama yang sama di tim lain: Username diberi nomor",
        "Another team has this name too: the username got a number",
    ),
    "text_too_long": ("Teks dipotong", "The text was cut"),
}


def level_of(code: str) -> FindingLevel:
    """Whether a finding rejects its row."""
    return FindingLevel.ERROR if code in ERRORS else FindingLevel.WARNING


def message_of(code: str, language: str) -> str:
    """What a finding says to a person."""
    texts = ERRORS.get(code) or WARNINGS[code]
    return texts[language == "en"]
