"""What only Bappeda may download: people, the ministry's update, and the candidates for an error."""

from tests.releases.decided import pilot
from tests.support.house import House

NIK, NO_KK = "3573041203850001", "3573040101150002"
MINISTRY = (  # dossier 1.5
    "Id_DTKS,Provinsi,Kabupaten/Kota,Kecamatan,Desa/Kelurahan,Alamat,Dusun,RT,RW,No KK,NIK,Nama,Tanggal lahir,"
    "Tempat lahir,Jenis kelamin,Pekerjaan,Nama ibu kandung,Hubungan keluarga,Keterangan padan,Bansos BPNT,Bansos PKH,"
    "Bansos BPNT-PPKM,PBI-JKN"
)


ALL = ("members.csv", "dtks_update.csv", "inclusion_candidates.csv", "exclusion_candidates.csv")


async def test_people_are_told_with_masked_numbers(house: House) -> None:
    here = await pilot(house)
    home = await here.household(nik=NIK, no_kk=NO_KK, external_id="D7", receives=(("pkh", "dtks"), ("bpnt", "dtks")))
    await here.on_p3ke(home, 2)
    release = await here.release()

    text = await here.file(release, "members.csv")
    head, child = await here.rows(release, "members.csv")

    assert NIK not in text
    assert NO_KK not in text
    assert (head["nik"], head["no_kk"], child["nik"]) == ("3573************", "3573************", "")
    assert (head["household_id"], head["dtks_ids"], child["dtks_ids"]) == (str(home), "D7-1", "D7-2")
    assert (head["programmes"], child["programmes"]) == ("bpnt;pkh", "")
    assert (head["relation"], head["born_on"], head["keberadaan_art_bdt"]) == ("head", "1985-03-12", "1")


async def test_the_ministrys_file_has_the_columns_and_the_words_of_its_own_download(house: House) -> None:
    here = await pilot(house)
    home = await here.household(
        head="Slamet", nik=NIK, no_kk=NO_KK, external_id="D7", receives=(("pkh", "dtks"), ("pbi_jkn", "dtks"))
    )
    await house.owner.execute(
        "update members set born_at = 'MALANG', occupation = 'BURUH', mother_name = 'SITI' where household_id = $1",
        home,
    )
    release = await here.release()

    header = (await here.file(release, "dtks_update.csv")).splitlines()[0].split(",")
    head, child = await here.rows(release, "dtks_update.csv")

    assert ",".join(header[:23]) == MINISTRY
    told = ["Provinsi", "Kecamatan", "No KK", "NIK", "Tanggal lahir", "Jenis kelamin", "Hubungan keluarga"]
    assert [head[column] for column in told] == [
        "JAWA TIMUR", "Sukun", f"'{NO_KK}", f"'{NIK}", "12/03/1985", "LAKI-LAKI", "KEPALA KELUARGA",
    ]  # fmt: skip
    assert [head[column] for column in header[19:23]] == ["TIDAK", "YA", "TIDAK", "YA"]
    assert [child[column] for column in header[19:23]] == ["TIDAK"] * 4
    assert (head["Tempat lahir"], head["Pekerjaan"], head["Nama ibu kandung"]) == ("MALANG", "BURUH", "SITI")
    assert (head["hasil_verivali"], head["eligibility"], head["region_code"]) == ("1", "eligible", "35.73.04.1005")
    assert head["decided_at"] == "2022-11-02T08:00:00+07:00"


async def test_who_receives_and_should_not_is_a_candidate_of_inclusion(house: House) -> None:
    here = await pilot(house)
    wrong = await here.household(eligibility="not_eligible", receives=(("pkh", "dtks"), ("bpnt", "p3ke")))
    await here.on_p3ke(wrong, 1)
    await here.household(eligibility="not_eligible")
    await here.household(eligibility="eligible", receives=(("pkh", "dtks"),))
    await here.household(eligibility="undetermined", field_result="moved", receives=(("pkh", "dtks"),))
    release = await here.release()

    rows = await here.rows(release, "inclusion_candidates.csv")

    assert [row["household_id"] for row in rows] == [str(wrong)]
    told = ("grounds", "programmes", "programme_sources", "sources", "p3ke_desil")
    assert [rows[0][column] for column in told] == ["receives_programme", "bpnt;pkh", "dtks;p3ke", "dtks;p3ke", "1"]
    shown = await house.owner.fetchval("select household_ids from disclosures order by seq desc limit 1")
    assert shown == [wrong]


async def test_who_should_receive_and_does_not_is_a_candidate_of_exclusion(house: House) -> None:
    here = await pilot(house)
    without = await here.household(rt="001")
    left_out = await here.household(rt="002", receives=(("pkh", "p3ke"),))
    await here.on_p3ke(left_out, 1, only=True)
    both = await here.household(rt="003")
    await here.on_p3ke(both, 1, only=True)
    second = await here.household(rt="004", receives=(("pkh", "p3ke"),))
    await here.on_p3ke(second, 2, only=True)
    listed = await here.household(rt="005", receives=(("pkh", "dtks"),))
    await here.on_p3ke(listed, 1)
    await here.household(rt="006", eligibility="not_eligible")
    release = await here.release()

    rows = await here.rows(release, "exclusion_candidates.csv")

    assert [(row["household_id"], row["grounds"]) for row in rows] == [
        (str(without), "no_programme"),
        (str(left_out), "p3ke_desil_1_not_in_dtks"),
        (str(both), "no_programme;p3ke_desil_1_not_in_dtks"),
    ]
    assert [(row["sources"], row["p3ke_desil"], row["programme_sources"]) for row in rows] == [
        ("dtks", "", ""),
        ("p3ke", "1", "p3ke"),
        ("p3ke", "1", ""),
    ]


async def test_what_somebody_receives_is_frozen_too(house: House) -> None:
    here = await pilot(house)
    await here.household(eligibility="not_eligible", receives=(("pkh", "dtks"),))
    release = await here.release()
    before = {name: await here.file(release, name) for name in ALL}

    await house.owner.execute("delete from household_programmes")
    await house.owner.execute("delete from household_sources")

    assert {name: await here.file(release, name) for name in ALL} == before
    assert "receives_programme" in before["inclusion_candidates.csv"]
