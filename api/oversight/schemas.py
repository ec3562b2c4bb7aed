"""Bodies of health, meta and problem pages."""

from api.core.schema import Out


class HealthOut(Out):
    """`ok`, or what is not."""

    status: str
    problems: list[str]


class MetaOut(Out):
    """What this server offers: version, limits, roles, the words of every enum, and switches."""

    version: str
    roles: dict[str, list[str]]
    enums: dict[str, list[str]]
    limits: dict[str, int]
    features: dict[str, bool]


class ProblemPageOut(Out):
    """What a problem code means, in both languages."""

    type: str
    code: str
    status: int
    title: dict[str, str]
    description: str
