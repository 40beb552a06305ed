"""Requests to a provider without its SDK: C103, and addresses given to nobody: C106."""

import ast
import re
from collections.abc import Iterator

from affidavit.scan.code.hosts import Address, provider_anywhere, provider_in
from affidavit.scan.code.python import strings
from affidavit.scan.code.python.reading import Called, Reading, arguments
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.sdks import GOVERNED, MADE, STOCK, framework_of

_SENDING = re.compile(
    r"(?:requests|httpx2?|urllib3|aiohttp|niquests|treq|pycurl|websockets?|grequests"
    r"|curl_cffi|http\.client|urllib\.request|tornado\.(?:httpclient|websocket)"
    r"|requests_toolbelt|wsproto|socket|ssl|asyncio\.open_connection)\b.*"
)
"""Libraries that send what they are told to, and constructors that keep an address."""
_COMMANDS = re.compile(
    r"subprocess\.\w+|os\.(?:system|popen|exec\w+|spawn\w+|posix_spawnp?)"
    r"|asyncio(?:\.subprocess)?\.create_subprocess_(?:exec|shell)|pexpect\.\w+"
)
_REMEDY = (
    "Make the call with affidavit's client, which decides and records it; no policy "
    "sees this one."
)


def look(reading: Reading) -> None:
    """Note requests to providers, then the addresses that nothing took."""
    for called in reading.known:
        found = next(_addresses(reading, called), None)
        if found is not None:
            request = called.site.node
            message = f"a request to {found.host} ({found.provider}) past every client"
            reading.find(Rule.RAW_HTTP, request, message, _REMEDY)
    for node, at in reading.program.texts:
        if node in reading.resolver.read:
            continue
        for text in strings.texts(reading.resolver, node, at):
            address = provider_in(text) if "://" in text else None
            if address is not None:
                _address(reading, node, address)
                break


def _address(reading: Reading, node: ast.expr, address: Address) -> None:
    reading.find(
        Rule.PROVIDER_ADDRESS,
        node,
        f"the address of {address.provider}, {address.host}, goes to nothing that is "
        "known here",
        "If something sends there, let it be affidavit's client; else waive this.",
    )


def _addresses(reading: Reading, called: Called) -> Iterator[Address]:
    """Addresses in the arguments of what sends; reads those given to clients too."""
    sends = any(_SENDING.fullmatch(chain) for chain in called.chains)
    runs = any(_COMMANDS.fullmatch(chain) for chain in called.chains)
    takes = any(_takes(chain) for chain in called.chains)
    if not (sends or runs or takes):
        return
    for node in arguments(called.site.node):
        for text in strings.texts(reading.resolver, node, called.site.at):
            address = provider_in(text) or (provider_anywhere(text) if runs else None)
            if address is not None and not takes:
                yield address


def _takes(chain: str) -> bool:
    """Whether an address is in good hands: a client's, which other rules look at."""
    return bool(
        STOCK.fullmatch(chain)
        or GOVERNED.fullmatch(chain)
        or MADE.match(chain)
        or framework_of(chain)
    )
