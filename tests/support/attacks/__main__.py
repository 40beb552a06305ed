"""Carries out every attack on copies of a trail: does verification find them there?

    PYTHONPATH=sdk:tests python -m support.attacks TRAIL --key VKEY
        [--secret FILE] [--private-key FILE] [--only NAME]… [--json]

TRAIL is never changed. Without the secret and the private key only those attacks are
carried out that need none. Exit codes: 0 each attack was found, or named as out of
reach; 1 one was not; 2 usage, or the trail does not verify as it is. A trail whose key
was rotated takes one --key for each.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from affidavit.errors import AffidavitError
from affidavit.keys import Ed25519Signer, load_signer
from affidavit.tlog.logkeys import LogKeys
from affidavit.trail.identity import load_secrets
from support.attacks import suite, table
from support.attacks.suite import Result, Subject, UnfitTrail
from support.attacks.terms import Unsuited
from support.attacks.watch import Watch


def main(arguments: list[str]) -> int:
    """Attack, print, and answer with the exit code."""
    asked = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        try:
            subject = _subject(asked, Watch.begin(Path(folder) / "authority"))
            suite.check_untouched(subject)
        except (AffidavitError, UnfitTrail, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        results = run(subject, frozenset(asked.only))
    if asked.json:
        sys.stdout.write(json.dumps(table.as_json(results), sort_keys=True) + "\n")
    else:
        sys.stdout.write(table.text(results) + "\n")
    wrong = any(isinstance(each, Result) and each.wrong for each in results.values())
    return 1 if wrong else 0


def run(
    subject: Subject, only: frozenset[str] = frozenset()
) -> dict[str, Result | str]:
    """By attack: what happened, or why it could not be carried out."""
    results: dict[str, Result | str] = {}
    for attack in suite.ATTACKS:
        if only and attack.name not in only:
            continue
        try:
            results[attack.name] = suite.carry_out(subject, attack)
        except Unsuited as reason:
            results[attack.name] = str(reason)
    return results


def _subject(asked: argparse.Namespace, watch: Watch) -> Subject:
    signer, secret = None, None
    if asked.private_key:
        loaded = load_signer(asked.private_key)
        assert isinstance(loaded, Ed25519Signer), "a key that is a file"
        signer = loaded
    if asked.secret:
        secret = load_secrets(asked.secret).secret
    return Subject(
        path=asked.trail,
        key=LogKeys.parse(_text(each) for each in asked.key),
        watch=watch,
        signer=signer,
        secret=secret,
    )


def _text(key: str) -> str:
    """A verifier key, or what a file holds that is named so."""
    path = Path(key)
    return (path.read_text("utf-8") if path.is_file() else key).strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m support.attacks")
    parser.add_argument("trail", type=Path, metavar="TRAIL")
    parser.add_argument("--key", action="append", required=True, metavar="VKEY|FILE")
    parser.add_argument("--secret", type=Path, metavar="FILE")
    parser.add_argument("--private-key", type=Path, metavar="FILE")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[each.name for each in suite.ATTACKS],
        metavar="NAME",
    )
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
