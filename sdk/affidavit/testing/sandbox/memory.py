"""What reached the sandbox: the last requests, how many of each endpoint, and tries.

Knows locks and bounds; safe for many threads. Counts never forget, requests do.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from threading import Lock
from typing import Final

from affidavit.testing.sandbox.http import ReceivedRequest
from affidavit.testing.sandbox.instructions import Instructions

_MOST_CALLS: Final = 10_000


class Memory:
    """The last `most` requests, with at most `most_bytes` of bodies between them."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._lock = Lock()
        self._requests: deque[ReceivedRequest] = deque()
        self._counts: Counter[str] = Counter()
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0

    def add(self, request: ReceivedRequest) -> None:
        """Remember `request`, and forget the oldest ones that are too many."""
        with self._lock:
            self._counts[request.endpoint] += 1
            self._requests.append(request)
            self._bytes += request.held
            while len(self._requests) > self._most or self._bytes > self._most_bytes:
                self._bytes -= self._requests.popleft().held

    def requests(self) -> list[ReceivedRequest]:
        """Those remembered, oldest first; a copy."""
        with self._lock:
            return list(self._requests)

    def counts(self) -> Mapping[str, int]:
        """How many came for each endpoint, forgotten ones included; 0 for others."""
        with self._lock:
            return Counter(self._counts)

    def clear(self) -> None:
        """Forget all, counts too."""
        with self._lock:
            self._requests.clear()
            self._counts.clear()
            self._bytes = 0


class Tries:
    """How often each call was tried, of the last 10,000 that anyone asked about."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: OrderedDict[str, int] = OrderedDict()

    def earlier(self, call: str) -> int:
        """How many tries of `call` came before this one, which is counted."""
        with self._lock:
            earlier = self._seen.pop(call, 0)
            self._seen[call] = earlier + 1
            if len(self._seen) > _MOST_CALLS:
                self._seen.popitem(last=False)
            return earlier


class Queue:
    """Instructions for the next requests, first in, first out."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Instructions] = deque()

    def put(self, instructions: Instructions, times: int) -> None:
        """Let `instructions` hold for `times` more requests."""
        with self._lock:
            self._waiting.extend([instructions] * times)

    def take(self) -> Instructions | None:
        """What holds for this request; None when nothing waits."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def clear(self) -> None:
        """Drop what waits."""
        with self._lock:
            self._waiting.clear()
