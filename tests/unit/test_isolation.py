"""The promises of tests/conftest.py, which every other test relies on."""

import asyncio
import contextlib
import os
import socket

import pytest


def test_a_test_cannot_connect_beyond_loopback(offline: list[str]) -> None:
    with socket.socket() as client, pytest.raises(RuntimeError, match="offline"):
        client.connect(("192.0.2.1", 443))

    assert offline == ["socket.connect 192.0.2.1"]
    offline.clear()  # this departure was the point


def test_a_test_cannot_ask_for_a_name(offline: list[str]) -> None:
    with pytest.raises(RuntimeError, match="offline"):
        socket.getaddrinfo("api.example.com", 443)

    assert offline == ["socket.getaddrinfo api.example.com"]
    offline.clear()


def test_a_caught_departure_is_still_known(offline: list[str]) -> None:
    datagrams = socket.socket(type=socket.SOCK_DGRAM)
    with datagrams, contextlib.suppress(RuntimeError):
        datagrams.sendto(b"", ("192.0.2.1", 53))

    assert offline == ["socket.sendto 192.0.2.1"]
    offline.clear()


async def test_loopback_stays_open() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"here")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        assert await reader.read() == b"here"
        writer.close()
        await writer.wait_closed()


def test_no_setting_of_the_developer_reaches_a_test() -> None:
    prefixes = ("AFFIDAVIT_", "OPENAI_", "AZURE_OPENAI_")

    assert [name for name in os.environ if name.startswith(prefixes)] == []
