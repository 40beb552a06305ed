"""Counters on a Redis server, for any number of machines.

Knows redis-py and two scripts, which the server runs one at a time and whole. A store
is founded once, by a person: a server that has lost its data has lost the mark too, and
takes nothing until somebody founds it again. Then each machine adds what its own trail
says, before its first call counts.

    {affidavit}:store                    the mark
    {affidavit}:members                  set of the trails that have joined
    {affidavit}:<budget>:<start>:<end>   hash of who → used, until two days after `end`
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from affidavit.counters.store import Ask, Change, Grant, Key, NotJoined, Reading
from affidavit.errors import SettingsInvalid, ToolUnavailable, Uncounted

SECONDS = 2.0
"""How long a call waits for the server, twice."""
SCHEMES = ("redis", "rediss", "unix")
_PREFIX = "{affidavit}"
"""In braces, so that a cluster keeps all keys together."""
_STORE, _MEMBERS = f"{_PREFIX}:store", f"{_PREFIX}:members"
_GRACE = 2 * 86_400_000
_TAKE = """
local asks, changes, force = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
if redis.call('EXISTS', KEYS[1]) == 0
    or redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 0 then return {-1} end
local function add(key, who, amount, until_ms)
    if redis.call('HINCRBY', key, who, amount) < 0 then
        redis.call('HSET', key, who, 0)
    end
    redis.call('PEXPIREAT', key, until_ms)
end
local at = 5
for i = 1, changes do
    add(KEYS[2 + asks + i], ARGV[at], ARGV[at + 1], ARGV[at + 2])
    at = at + 3
end
local answer, granted, first = {1}, true, at
for i = 1, asks do
    local used = tonumber(redis.call('HGET', KEYS[2 + i], ARGV[at]) or '0')
    answer[i + 1] = used
    if used + tonumber(ARGV[at + 2]) > tonumber(ARGV[at + 3]) then granted = false end
    at = at + 5
end
if granted or force then
    at = first
    for i = 1, asks do
        add(KEYS[2 + i], ARGV[at], ARGV[at + 1], ARGV[at + 4])
        at = at + 5
    end
end
if not granted then answer[1] = 0 end
return answer
"""
_JOIN = """
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 0 end
for i = 1, (#ARGV - 1) / 3 do
    local at = 2 + (i - 1) * 3
    if redis.call('HINCRBY', KEYS[2 + i], ARGV[at], ARGV[at + 1]) < 0 then
        redis.call('HSET', KEYS[2 + i], ARGV[at], 0)
    end
    redis.call('PEXPIREAT', KEYS[2 + i], ARGV[at + 2])
end
return 1
"""


class RemoteCounters:
    """Counters on the server at `url`: `redis://…`, `rediss://…` or `unix://…`.

    One database of the server for one policy. Raises `ToolUnavailable` without the
    extra `redis`, and `SettingsInvalid` for an address that is none.
    """

    def __init__(self, url: str) -> None:
        redis = _redis()
        from redis.backoff import ExponentialBackoff
        from redis.retry import Retry

        self.where = _shown(url)
        self._error = redis.RedisError
        try:
            # Tried once more: a server closes connections that were idle. What was
            # counted before a connection broke is then counted twice, never not.
            self._client = redis.Redis.from_url(
                url,
                socket_timeout=SECONDS,
                socket_connect_timeout=SECONDS,
                health_check_interval=30,
                decode_responses=True,
                retry=Retry(ExponentialBackoff(cap=0.1, base=0.02), 1),
            )
        except ValueError as error:
            raise SettingsInvalid(
                f"budgets: {self.where} is no address of a Redis server ({error})."
            ) from error
        self._take = self._client.register_script(_TAKE)
        self._join = self._client.register_script(_JOIN)

    def found(self) -> bool:
        """Mark the server as a store; False when it is one already."""
        return self._asked(lambda: self._client.set(_STORE, "1", nx=True)) is not None

    def take(
        self,
        member: str,
        asks: Sequence[Ask],
        changes: Sequence[Change],
        *,
        force: bool,
        now: int,  # noqa: ARG002 - as `Counters.take`; the server drops old windows
    ) -> Grant:
        """As `Counters.take`."""
        keys = [_STORE, _MEMBERS, *map(_key, asks), *map(_key, changes)]
        given: list[Any] = [member, len(asks), len(changes), int(force)]
        for key, amount in changes:
            given += [key.who, amount, key.end + _GRACE]
        for ask in asks:
            key = ask.key
            given += [key.who, ask.amount, ask.need, ask.limit, key.end + _GRACE]
        answer = self._asked(lambda: self._take(keys=keys, args=given))
        if answer[0] == -1:
            raise NotJoined
        return Grant(answer[0] == 1, tuple(answer[1:]))

    def join(self, member: str, totals: Sequence[Change]) -> None:
        """As `Counters.join`; `Uncounted` where nobody has founded the store."""
        self._refuse_forgetting()
        keys = [_STORE, _MEMBERS, *map(_key, totals)]
        given: list[Any] = [member]
        for key, amount in totals:
            given += [key.who, amount, key.end + _GRACE]
        if self._asked(lambda: self._join(keys=keys, args=given)) == -1:
            raise Uncounted(
                f"{self.where}: no budgets are counted there. Run `affidavit policy "
                "budgets --found` if that is meant to begin now; if they were counted "
                "there before, the server has lost its data: then too, and each "
                "machine adds what its trail says with its next call."
            )

    def _refuse_forgetting(self) -> None:
        """A server that makes room by dropping keys would drop counters."""
        memory = self._asked(lambda: self._client.info("memory"))
        policy = memory.get("maxmemory_policy", "noeviction")
        if memory.get("maxmemory") and policy != "noeviction":
            raise Uncounted(
                f"{self.where}: the server drops keys when its memory is full "
                f"(maxmemory-policy {policy}), and with them budgets. Set it to "
                "noeviction."
            )

    def read(self, now: int) -> list[Reading]:
        """As `Counters.read`."""
        return [
            Reading(Key(budget, who, int(start), int(end)), int(used))
            for name in self._asked(self._names)
            for _, budget, start, end in [name.split(":")]
            if int(end) > now
            for who, used in self._values(name).items()
        ]

    def _names(self) -> list[str]:
        return sorted(self._client.scan_iter(match=f"{_PREFIX}:*:*:*", count=1000))

    def _values(self, name: str) -> dict[str, str]:
        found: dict[str, str] = self._asked(lambda: self._client.hgetall(name))
        return found

    def close(self) -> None:
        """As `Counters.close`."""
        self._client.close()

    def _asked(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except (self._error, OSError) as error:
            raise Uncounted(
                f"{self.where}: the budgets' counters cannot be used: {error}. See to "
                "the server, or set `budgets` to another."
            ) from error


def _key(of: Ask | Change) -> str:
    key = of.key
    return f"{_PREFIX}:{key.budget}:{key.start}:{key.end}"


def _shown(url: str) -> str:
    """The address without a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _redis() -> Any:
    try:
        import redis
    except ImportError as error:
        raise ToolUnavailable(
            "Budgets on a Redis server need the package redis: install "
            "`affidavit[redis]`."
        ) from error
    return redis
