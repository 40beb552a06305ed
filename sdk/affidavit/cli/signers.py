"""A person's own key: opened, or made the first time.

Knows the options `--signing-key`, `--new-key` and `--name` of whoever puts their name
to something, and that such a key is not the trail's.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from affidavit import durable
from affidavit.cli import arguments, output, passphrases
from affidavit.errors import KeyUnusable
from affidavit.keys import SEED_BYTES, Ed25519Signer, Signer
from affidavit.keys.passphrase import from_environment
from affidavit.keys.uri import KeyUri, open_place, place_of


def options(default_name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the three; the command takes `signing_key`, `new_key` and `name`."""
    made = (
        click.option(
            "--signing-key",
            required=True,
            type=arguments.PLACE,
            metavar="PATH|URI",
            help="Private key of whoever signs: not the trail's.",
        ),
        click.option(
            "--new-key",
            is_flag=True,
            help="Make that key first; under AFFIDAVIT_KEY_PASSPHRASE, if there is "
            "one.",
        ),
        click.option(
            "--name",
            default=default_name,
            show_default=True,
            help="What the printed key is called: who signs.",
        ),
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(made):
            command = option(command)
        return command

    return decorate


def signer(given: str, *, new_key: bool) -> Signer:
    """The key at a path or URI; `KeyUnusable` when there is none that can be used."""
    place = place_of(given, Path.cwd())
    if new_key:
        if isinstance(place, KeyUri):
            raise KeyUnusable(f"{place}: is no file; make such a key where it lives.")
        made = Ed25519Signer.from_seed(os.urandom(SEED_BYTES))
        protect = from_environment(os.environ)("a new key")
        durable.create(place, made.pem(protect))
        output.hint(f"{place}: a new key; keep it where no other can read it")
        return made
    return open_place(place, passphrases.given)
