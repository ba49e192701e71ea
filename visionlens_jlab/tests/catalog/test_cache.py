"""What readers share: made once, kept within a limit."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from visionlens_jlab.core.catalog.snapshot import Cache


def test_the_least_recently_used_goes() -> None:
    cache: Cache[int] = Cache(2)
    made: list[str] = []

    def get(name: str) -> int:
        return cache.get((name,), lambda: made.append(name) or len(made))

    assert [get("a"), get("b"), get("a"), get("c"), get("a"), get("b")] == [1, 2, 1, 3, 1, 4]
    assert made == ["a", "b", "c", "b"]
    cache.clear()
    assert get("b") == 5


def test_what_costs_more_than_the_limit_is_kept_alone() -> None:
    cache: Cache[str] = Cache(5, len)
    assert cache.get((1,), lambda: "abc") == "abc"
    assert cache.get((2,), lambda: "longer than that") == "longer than that"
    assert cache.get((2,), lambda: "never made") == "longer than that"
    assert cache.get((1,), lambda: "again") == "again"
    assert cache.get((2,), lambda: "anew") == "anew"


def test_who_asks_at_once_waits_for_one_maker() -> None:
    cache: Cache[object] = Cache(2)
    began, go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def make() -> object:
        made.append(1)
        began.set()
        assert go_on.wait(60)
        return object()

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(cache.get, ("x",), make)
        assert began.wait(60)
        others = [pool.submit(cache.get, ("x",), make) for _ in range(3)]
        # Another key does not wait.
        assert cache.get(("y",), lambda: "y") == "y"
        assert not first.done() and not any(other.done() for other in others)
        go_on.set()
        assert {id(other.result(60)) for other in others} == {id(first.result(60))}
    assert made == [1]


def test_an_error_is_met_by_all_and_not_kept() -> None:
    cache: Cache[int] = Cache(2)
    began, go_on = threading.Event(), threading.Event()

    def fail() -> int:
        began.set()
        assert go_on.wait(60)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, ("x",), fail)
        assert began.wait(60)
        second = pool.submit(cache.get, ("x",), lambda: 7)
        go_on.set()
        with pytest.raises(ValueError, match="no"):
            first.result(60)
        # Came while it was being made, or just after.
        try:
            assert second.result(60) == 7
        except ValueError as error:
            assert str(error) == "no"
    assert cache.get(("x",), lambda: 8) in (7, 8)
