"""What a websocket's conversation holds already when a model is next asked.

Knows texts that were sent and were no question themselves, in a bounded window. The
policy decides on what the model will see, so they join the next question. Knows no
event and no socket.
"""

from collections import Counter, deque
from collections.abc import Mapping
from hashlib import sha256

from affidavit.calls import Text

MOST_BYTES = 256 << 10
"""Of text that is kept. What is older is counted as unread `history`."""
_EACH = 128  # bytes that keeping a text takes beside its characters


class Context:
    """Grows with each context event; what a decision covered is not forgotten."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._texts: deque[Text] = deque()
        self._kept = 0
        self._dropped = 0
        self._unread: Counter[str] = Counter()
        self._hash = sha256()
        self.told = 0
        """Context events that were sent since the last decision."""

    def add(
        self, frame: bytes, texts: tuple[Text, ...], unread: Mapping[str, int]
    ) -> None:
        """Keep what one event put before the model."""
        self.told += 1
        self._hash.update(frame)
        self._unread.update(unread)
        for text in texts:
            self._keep(text)

    def _keep(self, text: Text) -> None:
        room = self._most - _EACH
        if len(text.value) > room:
            text = Text(role=text.role, value=text.value[-room:])
            self._dropped += 1
        self._texts.append(text)
        self._kept += len(text.value) + _EACH
        while self._kept > self._most:
            self._kept -= len(self._texts.popleft().value) + _EACH
            self._dropped += 1

    @property
    def kept(self) -> int:
        """Bytes that the texts take, about."""
        return self._kept

    @property
    def digest(self) -> bytes:
        """SHA-256 over the frames since the last decision."""
        return self._hash.digest()

    def decided(self) -> None:
        """What was told until now is covered by a decision. Audio is heard once."""
        self.told = 0
        self._hash = sha256()
        self._unread.pop("audio", None)

    def joined(self, texts: tuple[Text, ...]) -> tuple[Text, ...]:
        """The conversation so far, and then `texts`."""
        return (*self._texts, *texts) if self._texts else texts

    def unread(self, more: Mapping[str, int]) -> dict[str, int]:
        """Parts that nobody reads, of the conversation and of what comes now."""
        total = self._unread + Counter(more)
        if self._dropped:
            total["history"] += self._dropped
        return dict(total)
