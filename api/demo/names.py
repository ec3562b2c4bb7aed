"""Names of people by sex and by the years of their fashion, and of streets. Nobody behind them is real."""

from random import Random
from typing import Final, Literal

Sex = Literal["male", "female"]
Period = Literal["old", "middle", "young", "new"]

MUHAMMAD: Final = ("MUHAMMAD", "MOHAMMAD", "MOCHAMMAD", "MOCHAMAD", "MOCH.", "MOCH.", "MOH.", "MUH.", "M.")
AHMAD: Final = ("AHMAD", "ACHMAD", "AKHMAD")
SITI: Final = ("SITI", "SITTI", "ST.")
WAYS_TO_WRITE: Final = (MUHAMMAD, AHMAD, SITI, ("ABDUL", "ABD."), ("NUR", "NOER"), ("SRI", "SRY"))

ONE_WORD: Final[dict[Period, float]] = {"old": 0.5, "middle": 0.16, "young": 0.03, "new": 0.01}
THREE_WORDS: Final[dict[Period, float]] = {"old": 0.02, "middle": 0.1, "young": 0.3, "new": 0.5}
WITH_PREFIX: Final[dict[Period, float]] = {"old": 0.1, "middle": 0.2, "young": 0.25, "new": 0.3}

WordLists = dict[Sex, dict[Period, tuple[str, ...]]]


def _word_lists(texts: dict[Sex, dict[Period, str]]) -> WordLists:
    """Tuples to draw from, out of lists that a reader can read."""
    return {sex: {period: tuple(text.split()) for period, text in lists.items()} for sex, lists in texts.items()}


FIRST: Final = _word_lists(
    {
        "male": {
            "old": """
                SLAMET PONIMAN PAIMIN SUKARDI SOEKARNO SUPARMAN NGATEMIN SUTRISNO DJOKO DJUMADI KASMAN MISDI
                PONIRAN RADJI SAMSURI SUGIMAN SUMADI SUNARYO SUPRIYADI SUTIKNO TUKIMAN TUKIRAN WAGIMIN
                WAKIDI KASTURI MULYONO SUWARNO SUYITNO SAPARI MARSUDI DJUNAEDI MAT'ALI ROCHMAT NGATMAN
                TASRIPAN BASORI
            """,
            "middle": """
                AGUS BAMBANG BUDI DIDIK EDI EKO HARI HERI HADI IMAM ISMAIL JOKO KHOIRUL MA'RUF MULYADI NUR
                RUDI SAIFUL SAMSUL SUGENG SUPRIYANTO SURYANTO SUTIKNO TEGUH TRI WAHYU YUDI ZAINAL ABDUL
                HASAN MISBAHUL ANANG ARIF DWI FATHUR GATOT JUMA'IN SUJARWO TAUFIK SYAFI'I NGADI SOLIKIN
                MAS'UD
            """,
            "young": """
                ADI ADITYA ANDIKA ANDRI ARDI BAGUS BAYU DENI DIMAS DONI FAJAR FERI GALIH HENDRA ILHAM INDRA
                IQBAL IRFAN LUKMAN NANDA NOVAN RENDI RIAN RIZAL RIZKI ROBI SATRIA VICKY WAHYU YOGA YUSUF
                ALDI FIRMAN ZAKARIA RIF'AN SYAIFUDIN
            """,
            "new": """
                ALIF ALVARO ARKA ARSYA ATHALLAH AZKA BIMA DAFFA DZAKI FATHAN FARREL GIBRAN HAFIDZ KENZO
                KEVIN NAUFAL NIZAM RADITYA RAFA RAFAEL RAFFI RAKA REYHAN REVAN SULTAN VINO ZIDAN ZAFRAN
            """,
        },
        "female": {
            "old": """
                SUPARTI SUKINEM PONIYEM TUKINEM NGATIYAH PAINAH MISINAH SULASTRI SUMIATI SUTINAH SITI SRI
                KASIATI KASTIAH LASMI LEGINEM MARIYAH MURTINI MUNAH RUKAYAH SAMINAH SARINAH SATUMI SOEPARTI
                SUTIAH SUNARTI TUMINAH WAGINI WAKINI CHASANAH DJAMILAH KUSMIATI NGATEMI ROMLAH SULAIKAH
                JUMA'IYAH
            """,
            "middle": """
                ANI ANIK DEWI DWI ENDANG ENY ERNA ERNAWATI FARIDA HARTINI IDA INDAH ISTIQOMAH KHUSNUL LILIK
                LULUK MAISAROH MUJIATI MUSLIMAH NANIK NUR NURUL RATNA RINI RIRIN SITI SITI SRI SULIS SUSI
                SUSIANI TITIK TRI UMI WIWIK YAYUK YULI ZUBAIDAH TUTIK RODIYAH NI'MATUL JUMI'ATI
            """,
            "young": """
                AYU ANGGI ANISA BELLA CITRA DEVI DIAN DINA DINDA ELOK EKA FEBRI FITRI FITRIA INTAN IKA LAILA
                LINDA MEGA MELATI NADIA NANDA NOVI NOVITA NUR PUTRI RATIH RENI RISKA RIZKI SINTA TIARA VINA
                WULAN YULIA YUNITA UMI NURUL
            """,
            "new": """
                ADIBA AISYAH ALESHA ALMIRA ALYA AQILA AZZAHRA CALLISTA CANTIKA CHELSEA FARAH FELISYA HANUM
                JIHAN KAYLA KEISHA KHANZA KIRANA NABILA NADHIFA NAURA NAYLA QUEENSHA RAISYA SALSABILA SAFIRA
                SHAKILA SYAFA TALITA ZAHRA ZIVANA
            """,
        },
    }
)

SECOND: Final = _word_lists(
    {
        "male": {
            "old": "HADI UTOMO ALI WIBOWO SISWANTO SANTOSO ARIFIN ROCHMAN WIRYO KARTO RAHARDJO ASMO",
            "middle": """
                SANTOSO WIBOWO PRASETYO SETIAWAN HARIYANTO SUSANTO WAHYUDI HIDAYAT UTOMO ARIFIN ANAM MUSTOFA
                RAHMAN KURNIAWAN PURNOMO CAHYONO NUGROHO SUBAGYO WIJAYA MA'ARIF HAKIM ROZI MUNIR EFENDI
            """,
            "young": """
                PRATAMA SAPUTRA SETIAWAN KURNIAWAN FIRMANSYAH RAMADHAN WICAKSONO PERMANA NUGROHO
                HIDAYATULLAH PRASETYA MAULANA FIRDAUS ARDIANSYAH WIJAYA FAUZI ROMADHON SETYAWAN
            """,
            "new": """
                RAMADHAN PUTRA PRATAMA MAULANA ALFARIZI ALFARIZQI ARDIANSYAH RIZQULLAH ALFATIH SYAHPUTRA
                ZAIDAN ATHAYA MAHENDRA ADITYA NUR ISLAMI
            """,
        },
        "female": {
            "old": "AMINAH ASTUTI HARTATI RAHAYU WATI FATIMAH MUNTAMAH CHOTIJAH AISAH NINGSIH",
            "middle": """
                RAHAYU LESTARI WAHYUNI ASTUTIK HANDAYANI NINGSIH AMINAH AISYAH FATIMAH KHOTIMAH HASANAH
                ROHMAH MARIANA WATI SUSILOWATI PUJIASTUTI INDRAWATI KURNIAWATI WULANDARI HIDAYATI MUNAWAROH
                JANNAH
            """,
            "young": """
                LESTARI WULANDARI PERMATASARI ANGGRAINI PUSPITASARI KUSUMAWATI RAHMAWATI SAFITRI OKTAVIA
                AGUSTIN KARTIKA MAULIDA NOVIANTI AMALIA SETYANINGRUM KHASANAH LAILIYAH
            """,
            "new": """
                PUTRI AZZAHRA RAMADHANI MAULIDA SALSABILA NUR AULIA KHAIRUNNISA AZALEA PERMATA ALMAHYRA
                QURROTA A'YUN NAFISA AFIFAH ZAHIRA
            """,
        },
    }
)


def words_of(text: str) -> tuple[str, ...]:
    """The parts of a text between its commas."""
    return tuple(word.strip() for word in text.split(","))


STREETS: Final = {
    "35.73.03": words_of(
        """MUHARTO, KOLONEL SUGIONO, MAYJEN SUNGKONO, KI AGENG GRIBIG, DANAU TOBA, RAYA MADYOPURO, BUMIAYU,
        RAYA LESANPURO, WONOKOYO, RAYA TLOGOWARU, RAYA CEMOROKANDANG"""
    ),
    "35.73.04": words_of(
        """S. SUPRIADI, IR. RAIS, TANJUNG, RAYA LANGSEP, KLAYATAN, RAYA CANDI, BANDULAN, SATSUI TUBUN,
        RAYA KEBONSARI, KOLONEL SUGIONO, GADANG, RAYA MULYOREJO"""
    ),
}
# Where people were first registered: the six digits their NIK begins with, and the place of birth
ELSEWHERE: Final = (
    *(("350718", "MALANG"), ("350709", "MALANG"), ("350724", "MALANG"), ("357901", "BATU"), ("357902", "BATU")),
    *(("350604", "KEDIRI"), ("350503", "BLITAR"), ("350807", "LUMAJANG"), ("350912", "JEMBER")),
    *(("351411", "PASURUAN"), ("352606", "BANGKALAN"), ("357815", "SURABAYA")),
)


def repeatable(seed: int) -> Random:
    """Equal seeds tell equal stories, in every draw of this room."""
    return Random(seed)  # noqa: S311  # invented people want a repeatable draw, not a secret one


def period_of(birth_year: int) -> Period:
    """The fashion into which somebody was born."""
    if birth_year < 1962:
        return "old"
    if birth_year < 1986:
        return "middle"
    return "young" if birth_year < 2006 else "new"


def full_name(random: Random, sex: Sex, birth_year: int) -> str:
    """A name of one to four words in capitals, as registers write it; one word is ordinary among the old."""
    period = period_of(birth_year)
    words = [random.choice(FIRST[sex][period])]
    if random.random() >= ONE_WORD[period]:
        words.append(random.choice(SECOND[sex][period]))
        if random.random() < THREE_WORDS[period]:
            words.append(random.choice(SECOND[sex][period]))
        if random.random() < WITH_PREFIX[period]:
            words.insert(0, _prefix(random, sex))
    return " ".join(dict.fromkeys(words))  # no word twice


def mother_name(random: Random, child_birth_year: int) -> str:
    """The name of a mother, born between 18 and 38 years before her child."""
    return full_name(random, "female", child_birth_year - random.randrange(18, 39))


def name_variant(random: Random, name: str) -> str:
    """The same person as another list writes the name: another MUHAMMAD, no apostrophe, a word cut."""
    first, _, others = name.partition(" ")
    for ways in WAYS_TO_WRITE:
        if first in ways and others:
            return f"{random.choice([way for way in ways if way != first])} {others}"
    if "'" in name:
        return name.replace("'", random.choice(("", "`")))
    words = name.split()
    return " ".join([*words[:-1], words[-1][0]]) if len(words) > 2 else name


def _prefix(random: Random, sex: Sex) -> str:
    """The word that many names begin with."""
    if sex == "female":
        return random.choice(SITI)
    return random.choice(MUHAMMAD if random.random() < 0.7 else AHMAD)
