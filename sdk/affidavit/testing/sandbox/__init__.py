"""An OpenAI-compatible provider on loopback: real sockets, no model, no network.

sandbox       start, stop, what arrived, what to answer next
provider      which routes there are; what each resource says is a module of its own
shelf, blobs  what is kept: objects by id, contents on disk when they are large
instructions  errors and delays that a caller asks for
server, wire  sockets and bytes; everything else is pure
"""

from affidavit.testing.sandbox.http import Headers, Reply, Stream
from affidavit.testing.sandbox.sandbox import (
    Answer,
    Asked,
    Break,
    Declined,
    Download,
    Part,
    ReceivedRequest,
    Route,
    Sandbox,
)

__all__ = [
    "Answer",
    "Asked",
    "Break",
    "Declined",
    "Download",
    "Headers",
    "Part",
    "ReceivedRequest",
    "Reply",
    "Route",
    "Sandbox",
    "Stream",
]
