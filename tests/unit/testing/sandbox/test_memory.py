from threading import Thread

from affidavit.testing.sandbox.http import ReceivedRequest
from affidavit.testing.sandbox.instructions import Instructions
from affidavit.testing.sandbox.memory import Memory, Queue, Tries


def a_request(body: bytes = b"", endpoint: str = "models") -> ReceivedRequest:
    return ReceivedRequest(method="GET", path="/", body=body, endpoint=endpoint)


def test_the_oldest_requests_are_forgotten_first_and_still_counted() -> None:
    memory = Memory(most=2, most_bytes=100)
    for body in (b"1", b"2", b"3"):
        memory.add(a_request(body))

    assert [request.body for request in memory.requests()] == [b"2", b"3"]
    assert memory.counts() == {"models": 3}


def test_bodies_are_bounded_together() -> None:
    memory = Memory(most=100, most_bytes=10)
    for body in (b"x" * 4, b"y" * 4, b"z" * 4):
        memory.add(a_request(body))

    assert [request.body[:1] for request in memory.requests()] == [b"y", b"z"]


def test_what_is_handed_out_is_a_copy() -> None:
    memory = Memory(most=2, most_bytes=10)
    memory.add(a_request())
    memory.requests().clear()

    assert len(memory.requests()) == 1
    assert memory.counts()["never called"] == 0


def test_clearing_forgets_counts_and_bytes_too() -> None:
    memory = Memory(most=9, most_bytes=10)
    memory.add(a_request(b"x" * 9))
    memory.clear()
    memory.add(a_request(b"y" * 9))

    assert [request.body for request in memory.requests()] == [b"y" * 9]
    assert memory.counts() == {"models": 1}


def test_many_threads_lose_no_request() -> None:
    memory, tries = Memory(most=10_000, most_bytes=10), Tries()
    seen: list[int] = []

    def work() -> None:
        for _ in range(200):
            memory.add(a_request())
            seen.append(tries.earlier("one call"))

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert memory.counts()["models"] == len(memory.requests()) == 1600
    assert sorted(seen) == list(range(1600))


def test_tries_are_counted_for_each_call() -> None:
    tries = Tries()

    assert [tries.earlier(call) for call in ("a", "a", "b", "a")] == [0, 1, 0, 2]


def test_old_calls_are_forgotten() -> None:
    tries = Tries()
    tries.earlier("old")
    for number in range(10_000):
        tries.earlier(f"call {number}")

    assert tries.earlier("old") == 0


def test_instructions_are_taken_in_the_order_they_were_given() -> None:
    queue = Queue()
    queue.put(Instructions(status=429), times=2)
    queue.put(Instructions(status=500), times=1)

    taken = [queue.take() for _ in range(4)]
    assert [each.status if each else None for each in taken] == [429, 429, 500, None]


def test_clearing_drops_what_waits() -> None:
    queue = Queue()
    queue.put(Instructions(status=429), times=1)
    queue.clear()

    assert queue.take() is None
