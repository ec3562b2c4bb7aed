"""What the house is built of: hash-locked, above the floors of known weaknesses, and without what it does not need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-sbom.lock")

# The first release without the weakness named. A line is added when an advisory appears, none is ever taken away.
FLOORS = {
    "certifi": ("2024.7.4", "CVE-2024-39689"),
    "cryptography": ("44.0.1", "CVE-2024-12797"),
    "fastapi": ("0.109.1", "CVE-2024-24762"),
    "h11": ("0.16.0", "CVE-2025-43859"),
    "idna": ("3.7", "CVE-2024-3651"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "mako": ("1.2.2", "CVE-2022-40023"),
    "markdown-it-py": ("2.2.0", "CVE-2023-26302, CVE-2023-26303"),
    "openpyxl": ("2.4.2", "CVE-2017-5992"),
    "orjson": ("3.9.15", "CVE-2024-27454"),
    "pydantic": ("2.4.0", "CVE-2024-3772"),
    "pygments": ("2.15.1", "CVE-2022-40896"),
    "pyjwt": ("2.10.1", "CVE-2024-53861"),
    "python-jose": ("3.4.0", "CVE-2024-33663, CVE-2024-33664"),
    "python-multipart": ("0.0.18", "CVE-2024-53981"),
    "pyyaml": ("5.4", "CVE-2020-14343"),
    "starlette": ("0.49.1", "CVE-2024-47874, CVE-2025-54121, CVE-2025-62727"),
    "uvicorn": ("0.11.7", "CVE-2020-7694, CVE-2020-7695"),
}

WITHOUT_THREE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("ecdsa", "rsa", "pyasn1"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from pathlib import Path
from uuid import uuid4
from api.access.signing_keys import make_signing_key
from api.access.tokens import open_key_ring
folder = Path(sys.argv[1])
make_signing_key(folder)
ring = open_key_ring(folder, "https://sambang.test", "sambang")
caller = uuid4()
print(ring.verify(ring.issue(caller, 1, frozenset(), 600, None)).subject == caller)
"""


def pinned(lock: str) -> dict[str, str]:
    """Distribution to version, as a lock pins it."""
    return dict(re.findall(r"^([a-z0-9_.-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_distribution_is_pinned_with_hashes_and_no_address(lock: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry or "==" not in entry] == []
    assert "://" not in (ROOT / lock).read_text()


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_lies_below_the_floor_of_a_known_weakness(lock: str) -> None:
    found = pinned(lock)
    below = [name for name, (floor, _) in FLOORS.items() if name in found and Version(found[name]) < Version(floor)]
    assert below == []


def test_every_floor_still_guards_something() -> None:
    everything = {name for lock in LOCKS for name in pinned(lock)}
    assert sorted(FLOORS.keys() - everything) == []


def test_tokens_are_signed_without_the_libraries_that_the_image_leaves_out(tmp_path: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", WITHOUT_THREE, str(tmp_path)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (ran.stdout.strip(), ran.returncode) == ("True", 0), ran.stderr
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"pip uninstall -y .*\becdsa rsa pyasn1\b", dockerfile)
    assert "USER sambang" in dockerfile
