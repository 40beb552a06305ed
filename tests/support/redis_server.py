"""A real Redis server on a socket of its own, and a store of counters founded in it."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

PACKAGE = "redis-server"


@dataclass(slots=True)
class Server:
    """One server; what it knows is in memory, and gone when it is."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'socket'}"

    def start(self, *options: str) -> None:
        program = shutil.which(PACKAGE)
        if program is None:
            pytest.fail(f"no {PACKAGE}: `make system` installs it")
        base = ["--port", "0", "--unixsocket", str(self.folder / "socket")]
        quiet = ["--save", "", "--dir", str(self.folder), "--loglevel", "warning"]
        self.process = subprocess.Popen(
            [program, *base, *quiet, *options], stdout=subprocess.DEVNULL
        )
        client = redis.Redis(unix_socket_path=str(self.folder / "socket"))
        for _ in range(400):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.01)
        client.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def forget(self) -> None:
        """Lose everything, as a server does that keeps nothing on a disk."""
        client = redis.Redis(unix_socket_path=str(self.folder / "socket"))
        client.flushall()
        client.close()


@contextmanager
def a_server(*options: str) -> Iterator[Server]:
    """A server that runs meanwhile. Its folder is short: a socket's path must be."""
    folder = Path(tempfile.mkdtemp(prefix="aff"))
    server = Server(folder)
    try:
        server.start(*options)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
