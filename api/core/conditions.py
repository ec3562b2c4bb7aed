"""The WHERE of a list over asyncpg: only the filters that were sent, their values always as parameters."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Conditions:
    """Collects conditions and their values; each `?` of a condition becomes the next `$n`.

    Conditions are text of ours. What a caller sent goes in as a value, never as text.
    """

    values: list[Any] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, condition: str, value: Any) -> None:
        """Add a condition unless its value was not sent (None)."""
        if value is not None:
            self.texts.append(condition.replace("?", self.bind(value)))

    def bind(self, value: Any) -> str:
        """The placeholder of a value, for a condition that needs several."""
        self.values.append(value)
        return f"${len(self.values)}"

    def where(self) -> str:
        """`where …`, or nothing without conditions."""
        return "where " + " and ".join(self.texts) if self.texts else ""
