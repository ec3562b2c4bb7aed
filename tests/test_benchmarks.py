"""What the bench says of its figures: no growth out of too few rounds, no table wider than a page."""

from typing import Any

import pytest

from scripts.benchmarks import comparing, showing


def case(seconds: float, *, rounds: int = 10, cpu_us: float = 50_000, spread: float = 0.1) -> dict[str, Any]:
    """A case of one item a round that took so long."""
    api = {
        "per_s": 1 / seconds, "quartiles_per_s": [1 / (seconds * (1 + spread)), 1 / (seconds * (1 - spread))],
        "cpu_us": cpu_us, "database_cpu_us": 0.0,
    }  # fmt: skip
    return {"items": 1, "rounds": rounds, "hot": True, "notes": [], "peak_mib": 200, "api": api}


def test_what_takes_ten_times_as_long_in_ten_times_the_city_grows_in_step() -> None:
    grown = comparing.exponents(
        {"flat": case(1), "in step": case(1)}, {"flat": case(1), "in step": case(10, cpu_us=500_000)}, 50_000, 500_000
    )

    assert [grown["flat"].seconds, grown["in step"].seconds] == pytest.approx([0, 1])
    assert [grown["flat"].cpu, grown["in step"].cpu] == pytest.approx([0, 1])
    low, high = grown["in step"].seconds_between
    assert low < 1 < high
    assert not grown["in step"].doubt


def test_few_rounds_and_little_cpu_are_said_to_say_little() -> None:
    house = {"few": case(1, rounds=3), "short": case(1, cpu_us=1_000)}

    grown = comparing.exponents(house, house, 50_000, 500_000)

    assert "3 rounds" in grown["few"].doubt
    assert "0.01 s of CPU" in grown["short"].doubt


def test_what_the_quartiles_leave_open_is_not_called_slower() -> None:
    then = case(1)

    assert comparing.is_slower(case(2), then)
    assert not comparing.is_slower(case(1.2), then), "the machine itself may have been slower"
    assert not comparing.is_slower(case(2, spread=0.6), then)


def test_a_table_fits_into_100_columns(capsys: pytest.CaptureFixture[str]) -> None:
    one = case(1 / 73_422.3, cpu_us=12_345_678.9) | {"ratio": 0.1271}
    one["floor"] = one["api"]
    longest = "export NDJSON, a masked number each"

    showing.results({longest: one}, 500_000)
    showing.growth({50_000: {longest: one}, 500_000: {longest: one}})

    said = capsys.readouterr().out
    assert longest in said
    assert "12,345,679" in said
    assert max(map(len, said.splitlines())) <= 100
