"""A small form with a household's and the members' questions and every kind of check, as Bu Dewi would write it."""

from typing import Any

LABEL = {"id": "Tanya", "en": "Ask"}


def question(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
    """A question of this kind."""
    return {"name": name, "type": kind, "label": LABEL, "data_class": "personal"} | more


def check(name: str, level: str, about: str | None, require: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A check of this level that points at this question."""
    return {"name": name, "level": level, "about": about, "require": require, "message": LABEL} | more


LIGHT = question("light", "select_one", list="reg_307a")
POWER = question("power", "select_one", list="reg_307b", relevant={"question": "light", "in": ["1"]})
FRIDGE = question("fridge", "select_one", list="yes_no")
ROOMS = question("rooms", minimum=0, maximum=20)
SLEEPING = question("sleeping", required=False)
WORKS = question("works", "select_one", list="yes_no", relevant={"question": "age", "least": 10})
PREGNANT = question(
    "pregnant",
    "select_one",
    list="yes_no",
    relevant={"all": [{"question": "sex", "in": ["female"]}, {"question": "age", "least": 10, "most": 54}]},
)
HEAD = {"question": "relation", "in": ["head"]}
HOUSING = {
    "name": "housing",
    "label": LABEL,
    "subject": "household",
    "questions": [LIGHT, POWER, FRIDGE, ROOMS, SLEEPING],
}
MEMBERS = {"name": "members", "label": LABEL, "subject": "member", "questions": [WORKS, PREGNANT]}
CHECKS = [
    check(
        "fridge_needs_power",
        "blocking",
        "fridge",
        {"not": {"question": "light", "in": ["4"]}},
        when={"question": "fridge", "in": ["yes"]},
    ),
    check("sleeps_in_rooms", "warning", "sleeping", {"question": "sleeping", "compare": "le", "with": "rooms"}),
    check("one_head", "blocking", None, {"members": HEAD, "least": 1, "most": 1}),
    check(
        "child_works", "warning", "works", {"question": "age", "least": 15}, when={"question": "works", "in": ["yes"]}
    ),
]
FORM = {"sections": [HOUSING, MEMBERS], "checks": CHECKS}
