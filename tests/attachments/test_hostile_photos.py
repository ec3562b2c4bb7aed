"""More than 60 hostile photos (trust.md H14, T42): no error of ours, no EXIF in what is kept, memory flat."""

import ctypes
import gc
import io
from pathlib import Path

from PIL import Image

from tests.attachments.hostile import drawn, refused
from tests.attachments.shots import announced, path_of, put
from tests.support.house import House
from tests.sync.parcels import doors
from tests.visits.bodies import visit

MIB = 1024
MOST_GROWTH, MOST_DECODING = 48 * MIB, 300 * MIB  # kB: of this process, and of one that decodes


def memory(process: str, what: str) -> int:
    """A figure of /proc in kB; 0 of a process that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{what}:")), 0)


def decoders() -> list[str]:
    """The processes of ours that decode."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command, parent = path.read_bytes(), memory(path.parent.name, "PPid")
        except OSError:
            continue
        if b"anyio.to_process" in command and parent == memory("self", "Pid"):
            found.append(path.parent.name)
    return found


async def test_no_hostile_photo_is_an_error_and_none_leaves_more_than_a_picture(house: House) -> None:
    good, bad = dict(drawn()), dict(refused())
    assert len(good | bad) >= 60
    team, made = await doors(house, (len(good | bad) + 19) // 20)
    siti, told = await house.as_(team.siti), list((good | bad).items())
    sent: list[tuple[str, str, str, bytes]] = []
    for door, assignment in enumerate(made):
        ours = told[door * 20 : door * 20 + 20]
        names = tuple(f"{number}.jpg" for number in range(20))
        body = visit(assignment, attachments=announced(*(photo for _, photo in ours), names=names))
        assert (await siti.post("/v1/visits", json=body)).status_code == 201
        sent += [(kind, body["id"], name, photo) for (kind, photo), name in zip(ours, names, strict=False)]
    highest, most = 0, 0
    wrong: list[tuple[str, object]] = []
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what making the photos took must not hide what taking them in takes
    at_first = memory("self", "VmRSS")

    for kind, visit_id, name, photo in sent:
        answer = await put(siti, visit_id, photo, name)
        if answer.status_code != (201 if kind in good else 422):
            wrong.append((kind, answer.status_code))
        elif kind in good:
            seen = await siti.get(path_of(visit_id, name))
            picture = Image.open(io.BytesIO(seen.content))
            clean = not dict(picture.getexif()) and not {"exif", "icc_profile", "comment"} & picture.info.keys()
            if picture.format != "JPEG" or max(picture.size) > 1600 or not clean or b"<script>" in seen.content:
                wrong.append((kind, picture.info))
        else:
            assert answer.json()["code"] == "not_a_photo", kind
        most = max(most, memory("self", "VmRSS"))
        highest = max([highest, *(memory(process, "VmHWM") for process in decoders())])

    assert wrong == []
    grown = (most - at_first) // MIB
    print(f"{len(sent)} photos: {at_first // MIB} +{grown} MiB here, {highest // MIB} MiB to decode")  # noqa: T201
    assert most - at_first < MOST_GROWTH
    assert 0 < highest < MOST_DECODING
    assert await house.owner.fetchval("select count(*) from photos") == len(good)
