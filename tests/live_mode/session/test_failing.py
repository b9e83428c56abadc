"""A mask that fails each time is told of less and less often, and told when it is well."""

from __future__ import annotations

from fastvbg.live_mode.session.failing import Failing


def test_ten_minutes_of_failures_are_few_lines() -> None:
    lines: list[str] = []
    failing, now, tries = Failing(lines.append, lines.append), 0.0, 0
    while now < 600:
        if now >= failing.until:
            failing.add(RuntimeError(f"at {tries}"), now)
            tries += 1
        now += 0.1
    assert 100 < tries < 130
    assert lines[0] == "the mask failed, so a card is shown: RuntimeError: at 0"
    assert len(lines) == 6
    assert all("the mask still fails, " in line for line in lines[1:])
    assert "5 times by now: RuntimeError: at 4" in lines[1]


def test_it_is_well_once_it_did_not_fail_for_a_while() -> None:
    lines: list[str] = []
    failing = Failing(lines.append, lines.append)
    for second in range(6):  # it fails now and then
        failing.add(ValueError("now and then"), second)
        failing.worked(second + 0.5)
    assert lines == ["the mask failed, so a card is shown: ValueError: now and then"]
    assert failing.failing
    failing.worked(9.0)
    assert lines[1:] == ["the mask works again"]
    assert not failing.failing
    failing.add(ValueError("anew"), 10.0)
    assert lines[-1].endswith("ValueError: anew")
    assert failing.until == 11.0


def test_another_mask_begins_anew() -> None:
    lines: list[str] = []
    failing = Failing(lines.append, lines.append)
    for line in ("one", "two"):
        failing.add(ValueError(line), 1.0)
        failing.begin_anew()
        assert failing.until == 0.0
    assert [line[-3:] for line in lines] == ["one", "two"]
