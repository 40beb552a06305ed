"""`affidavit policy sign`: put one's name to a policy, as it stands now."""

import os
from datetime import date
from pathlib import Path

import click

from affidavit import durable
from affidavit.cli import arguments, machine, output, signers
from affidavit.cli.arguments import When
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Malformed
from affidavit.keys import Signer
from affidavit.policy.loader import Policy, load
from affidavit.policy.signature import sign
from affidavit.tlog.note import VerifierKey
from affidavit.wiring.settings import read_settings
from affidavit.wiring.trusted import envelope_place, read_envelope

NAME = "policy-signer"


@click.command(
    cls=TeachingCommand,
    name="sign",
    uses=(
        Use(
            "affidavit policy sign --signing-key legal.pem --new-key "
            "--name legal@acme.example",
            "the first time: makes a key, and prints what others pin",
        ),
        Use(
            "affidavit policy sign --signing-key legal.pem",
            "after a change was reviewed",
        ),
    ),
    exits=Exits(
        "signed",
        NO_FINDINGS,
        "no policy, an invalid one, no usable key, or a usage error",
    ),
)
@etiquette
@click.argument("path", required=False, type=arguments.PATH)
@signers.options(NAME)
@click.option(
    "--expires",
    type=arguments.TIME,
    metavar="DATE",
    help="Last valid day of the signature, inclusive, in UTC. Default: none.",
)
@arguments.as_json
def command(
    *,
    path: Path | None,
    signing_key: str,
    new_key: bool,
    name: str,
    expires: When | None,
    as_json: bool,
) -> int:
    """Sign the policy at PATH (default: the settings' policy) as it is in force.

    The signature stands beside the policy, in FILE.dsse.json, and covers everything in
    it and in what it extends that decides or is said. Others' signatures stay while the
    policy is the same. Whoever is to demand the signature pins the printed key in the
    file of the setting `policy_trust`.
    """
    if path is None:
        path = read_settings(environ=os.environ, directory=Path.cwd()).policy
    policy = load(path)
    signer = signers.signer(signing_key, new_key=new_key)
    key = VerifierKey(name, signer.verifier)
    place = envelope_place(policy)
    last = None if expires is None else expires.start.date()
    signatures = _signed(policy, signer, place, last)
    if as_json:
        machine.emit(
            {
                "digest": policy.digest,
                "envelope": machine.text(place),
                "policy": machine.text(policy.sources[0][0]),
                "signatures": signatures,
                "vkey": str(key),
            }
        )
        return 0
    output.say(f"signed {policy.sources[0][0]}", colour=output.GOOD)
    output.say_pairs(
        [
            ("policy", f"{policy.name}, {policy.digest}"),
            ("in", f"{place}, {count(signatures, 'signature')}"),
            ("key", str(key)),
        ]
    )
    return 0


def _signed(policy: Policy, signer: Signer, place: Path, last: date | None) -> int:
    before = read_envelope(place)
    try:
        envelope = sign(policy, [signer], expires=last, before=before)
    except Malformed as error:
        raise Malformed(
            f"{place}: is there, and holds no signatures of a policy ({error}). Move "
            "it away, then sign again."
        ) from error
    mode = place.stat().st_mode & 0o777 if before is not None else 0o644
    durable.replace(place, envelope.encode() + b"\n", mode=mode)
    return len(envelope.signatures)
