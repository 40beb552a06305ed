import asyncio
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import SettingsInvalid
from affidavit.purpose import checked, current, purpose


def test_scopes_nest_and_close_in_order() -> None:
    with purpose("outer"):
        with purpose("inner"):
            assert current() == "inner"
        assert current() == "outer"
    assert current() is None


def test_an_error_closes_the_scope() -> None:
    with pytest.raises(RuntimeError), purpose("a"):
        raise RuntimeError
    assert current() is None


def test_one_scope_object_can_be_entered_inside_itself() -> None:
    scope = purpose("a")
    with scope, purpose("b"), scope:
        assert current() == "a"
    assert current() is None


def test_a_decorated_function_keeps_its_name_and_result() -> None:
    @purpose("a")
    def work(number: int) -> tuple[int, str | None]:
        return number, current()

    assert work.__name__ == "work"
    assert work(7) == (7, "a")
    assert current() is None


async def test_a_decorated_coroutine_is_covered_while_it_is_awaited() -> None:
    @purpose("a")
    async def work() -> str | None:
        await asyncio.sleep(0)
        return current()

    assert await work() == "a"
    assert current() is None


async def test_a_decorated_partial_and_object_are_covered_too() -> None:
    async def work(_: int) -> str | None:
        return current()

    class Worker:
        async def __call__(self) -> str | None:
            return current()

    assert await purpose("a")(partial(work, 1))() == "a"
    assert await purpose("a")(Worker())() == "a"


async def test_tasks_share_a_decorator_without_sharing_a_scope() -> None:
    @purpose("a")
    async def work(inside: str) -> list[str | None]:
        seen = [current()]
        with purpose(inside):
            await asyncio.sleep(0)
            seen.append(current())
        await asyncio.sleep(0)
        return [*seen, current()]

    seen = await asyncio.gather(*(work(f"task-{number}") for number in range(20)))

    assert seen == [["a", f"task-{number}", "a"] for number in range(20)]


def test_threads_share_a_decorator_without_sharing_a_scope() -> None:
    barrier = threading.Barrier(4)
    seen: list[str | None] = []

    @purpose("a")
    def work() -> None:
        barrier.wait(5)
        seen.append(current())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["a"] * 4


def test_a_generator_is_covered_and_its_consumer_is_not() -> None:
    closed: list[str | None] = []

    @purpose("a")
    def produce() -> Iterator[str | None]:
        try:
            yield current()
            yield current()
        finally:
            closed.append(current())

    numbers = produce()
    for seen in numbers:
        assert (seen, current()) == ("a", None)
    unfinished = produce()
    next(unfinished)
    unfinished.close()  # type: ignore[attr-defined]  # a generator, typed as iterator

    assert closed == ["a", "a"]


def test_a_generator_still_takes_values_errors_and_returns() -> None:
    @purpose("a")
    def echo() -> Generator[object, object, str]:
        got = yield "ready"
        try:
            yield got
        except KeyError:
            yield "caught"
        return "done"

    generator = echo()
    assert next(generator) == "ready"
    assert generator.send(5) == 5
    assert generator.throw(KeyError()) == "caught"
    with pytest.raises(StopIteration) as stop:
        next(generator)
    assert stop.value.value == "done"


async def test_an_async_generator_is_covered_and_its_consumer_is_not() -> None:
    @purpose("a")
    async def produce() -> AsyncIterator[str | None]:
        yield current()
        await asyncio.sleep(0)
        yield current()

    async for seen in produce():
        assert (seen, current()) == ("a", None)


async def test_an_async_generator_still_takes_errors_and_closes() -> None:
    closed: list[str | None] = []

    @purpose("a")
    async def produce() -> AsyncIterator[str]:
        try:
            try:
                yield "ready"
            except KeyError:
                yield "caught"
        finally:
            closed.append(current())

    generator = produce()
    assert await anext(generator) == "ready"
    assert await generator.athrow(KeyError()) == "caught"  # type: ignore[attr-defined]
    await generator.aclose()  # type: ignore[attr-defined]
    assert closed == ["a"]


@pytest.mark.parametrize(
    "name", ["", "Support", "-a", "a-", "a b", "a\n", "é", "a" * 129]
)
def test_what_no_policy_could_hold_is_no_purpose(name: str) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be a purpose"):
        purpose(name)


@given(st.from_regex(r"[a-z0-9]([a-z0-9_.-]{0,20}[a-z0-9])?", fullmatch=True))
def test_a_purpose_is_taken_as_it_is_written(name: str) -> None:
    assert checked(name) == name


def test_scopes_that_close_out_of_order_leave_nothing_open() -> None:
    outer, inner = purpose("a"), purpose("b")
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    assert current() == "b"
    inner.__exit__(None, None, None)
    assert current() is None
