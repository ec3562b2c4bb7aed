"""The house stands as CONTRIBUTING says: reading order, in-room order, size, who commits, no imports in functions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

API = Path(__file__).parent.parent / "api"
ORDER = [
    "core",
    "tables",
    "access",
    "regions",
    "campaigns",
    "households",
    "assignments",
    "imports",
    "questionnaires",
    "verdicts",
    "visits",
    "sync",
    "attachments",
    "openrosa",
    "formgear",
    "supervision",
    "matching",
    "releases",
    "exchange",
    "portal",
    "custody",
    "oversight",
    "bridges",
    "demo",
    "main",
    "worker",
    "standalone",
    "operator",
    "custody_commands",
    "cli",
    "__main__",
]
LAYERS = ["problems", "schemas", "queries", "craft", "service", "router"]
FILES = sorted(API.rglob("*.py"))


def room_of(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


def name_of(path: Path) -> str:
    return ".".join(["api", *path.relative_to(API).with_suffix("").parts]).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                f"{node.module}.{name.name}"
                if (API.parent / Path(*node.module.split("."), f"{name.name}.py")).exists()
                or (API.parent / Path(*node.module.split("."), name.name)).is_dir()
                else node.module
                for name in node.names
            )
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def layer_of(module: str) -> int:
    part = module.split(".")[2] if module.count(".") > 1 else "problems"
    return LAYERS.index(part if part in LAYERS else "craft")


def test_every_folder_of_the_api_has_its_place_in_the_reading_order() -> None:
    rooms = {path.stem for path in API.iterdir() if path.suffix == ".py" and path.stem != "__init__"}
    rooms |= {path.name for path in API.iterdir() if path.is_dir() and list(path.glob("*.py"))}

    assert rooms <= set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_only_point_up_the_reading_order(path: Path) -> None:
    module = name_of(path)
    place = ORDER.index(room_of(module)) if room_of(module) else 0

    for imported in imports_of(path):
        if imported.startswith("api.") and room_of(module):
            assert ORDER.index(room_of(imported)) <= place, f"{module} imports {imported}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_inside_a_room_a_file_imports_only_earlier_layers(path: Path) -> None:
    module = name_of(path)
    room = room_of(module)
    if room in ("", "core", "tables", "access", "main", "worker", "standalone", "cli", "demo"):
        return  # machinery and doors, not rooms

    for imported in imports_of(path):
        if room_of(imported) == room and imported.startswith("api.") and imported.count(".") > 1:
            assert layer_of(imported) <= layer_of(module), f"{module} imports {imported}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_later_room_calls_a_room_through_its_service(path: Path) -> None:
    module = name_of(path)

    for imported in imports_of(path):
        if imported.startswith("api.") and room_of(imported) not in ("core", "tables", "access", room_of(module), ""):
            assert not imported.endswith((".router", ".queries")) or room_of(module) == "main", f"{module}: {imported}"


def test_tables_import_no_other_table_but_the_shared_states() -> None:
    for path in (API / "tables").glob("*.py"):
        if path.stem != "__init__":
            others = [
                name for name in imports_of(path) if name.startswith("api.tables") and name != "api.tables.states"
            ]
            assert not others, f"{path.name}: {others}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_at_most_300_lines_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= 300
    assert ast.get_docstring(ast.parse(text)), "a module begins with a docstring"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert not [inner for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom)], node.name


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nobody_commits_but_the_transaction(path: Path) -> None:
    if name_of(path) == "api.core.database":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("commit", "rollback"), f"line {node.lineno}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value.strip().upper() not in ("COMMIT", "BEGIN", "ROLLBACK"), f"line {node.lineno}"


def test_only_the_token_file_imports_jose() -> None:
    importers = [name_of(path) for path in FILES if any(name.partition(".")[0] == "jose" for name in imports_of(path))]

    assert importers == ["api.access.tokens"]


def test_the_migrations_folder_is_no_package() -> None:
    assert not (API.parent / "alembic" / "__init__.py").exists()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_public_function_and_class_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]

    assert [node.name for node in public if not ast.get_docstring(node)] == []
