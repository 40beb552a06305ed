from pathlib import Path

import pytest

from affidavit.errors import KeyUnusable
from affidavit.fingerprint import Key
from affidavit.trail.printkey import PrintKey, load_print_key

KEY = PrintKey("acme.example/trail", Key(b"k" * 32))


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def test_a_key_is_read_back(tmp_path: Path) -> None:
    assert load_print_key(written(tmp_path / "key", KEY.print())) == KEY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        KEY.print()[:-1],
        KEY.print().replace(b"key/1", b"key/2"),
        KEY.print().replace(b"acme", b"ac me"),
        KEY.print().replace(b"\n", b"\n\n", 1),
        KEY.print() + b"\n",
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KeyUnusable):
        load_print_key(written(tmp_path / "key", data))


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "key", KEY.print())
    path.chmod(0o644)

    with pytest.raises(KeyUnusable):
        load_print_key(path)
