"""A document of use, told by its content: OpenAI's pages, or Azure Monitor's metrics.

Pure. A document is taken whole or not at all.
"""

from hashlib import sha256

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.reconcile import azure
from affidavit.reconcile.usage import MAX_DOCUMENT_BYTES, Usage, of_pages

_JSON = (b"{", b"[")
_MARK = b"\xef\xbb\xbf"


def parse(data: bytes) -> Usage:
    """Read one document: a page, a list of pages, or Azure Monitor's metrics.

    `Malformed` names what is not understood.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise Malformed(f"a usage document of over {MAX_DOCUMENT_BYTES} bytes")
    digest = sha256(data).hexdigest()
    if not data.lstrip().startswith(_JSON) and b"," in data.partition(b"\n")[0]:
        return azure.of_table(digest, _text(data.removeprefix(_MARK)))
    match canonical.parse(data):
        case {"object": "page"} as page:
            return of_pages(digest, [page])
        case [*pages] if pages:
            return of_pages(digest, pages)
        case {"value": [*metrics]}:
            return azure.of_json(digest, metrics)
        case _:
            raise Malformed(
                "neither a page of usage (`object: page`), nor a list of pages, nor "
                "Azure Monitor's metrics (`value`, or a table)"
            )


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"a table that is not UTF-8: {error.reason}") from error
