"""`affidavit init`: from an empty folder to a first recorded call."""

import os
import time
from dataclasses import replace
from pathlib import Path

import click

from affidavit.calls import Call
from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, passphrases
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.keys.uri import KeyPlace, KeyUri
from affidavit.policy.loader import Policy, load
from affidavit.trail.identity import secret_path
from affidavit.wiring.founding import Founded, found
from affidavit.wiring.keyring import load_identity, ml_dsa_path
from affidavit.wiring.settings import Settings, read_settings

EXAMPLE_PURPOSE, EXAMPLE_MODEL = "support.reply", "gpt-5"
_SNIPPET = """\
    from affidavit import OpenAI

    client = OpenAI(purpose="{purpose}")
    print(client.responses.create(model="{model}", input="Hello").output_text)"""


@click.command(
    cls=TeachingCommand,
    name="init",
    uses=(
        Use("affidavit init", "in the project's folder"),
        Use("affidavit init --observe", "record first, refuse nothing yet"),
        Use("affidavit init --passphrase", "with a key that a passphrase protects"),
        Use(
            "affidavit init --origin acme.example/trails/support",
            "with a name of your own for the trail",
        ),
    ),
    exits=Exits(
        "everything is there, made now or kept",
        NO_FINDINGS,
        "what is there cannot be used, or nothing can be written; nothing was changed",
    ),
)
@etiquette
@click.argument("directory", metavar="[DIR]", default=".", type=arguments.PATH)
@click.option(
    "--observe", is_flag=True, help="Make a policy that records and lets pass."
)
@click.option("--origin", help="The trail's name: a URL without its scheme.")
@click.option(
    "--passphrase",
    is_flag=True,
    help="Protect the key: by AFFIDAVIT_KEY_PASSPHRASE, else asked for.",
)
@click.option(
    "--post-quantum",
    is_flag=True,
    help="Have an ML-DSA-44 key sign every checkpoint too.",
)
@arguments.as_json
def command(
    *,
    directory: Path,
    observe: bool,
    origin: str | None,
    passphrase: bool,
    post_quantum: bool,
    as_json: bool,
) -> int:
    """Make policy, key, secret and trail in DIR (default: here).

    What is there is kept, so running it again does no harm. Writes to the settings'
    places: policies/policy.yaml and .affidavit/ unless they say otherwise.
    """
    settings = read_settings(environ=os.environ, directory=directory)
    fresh = settings.key_uri is None and not settings.key.exists()
    founded = found(
        settings,
        directory=directory.resolve(),
        observe=observe,
        origin=origin,
        passphrase=passphrases.given,
        protect=passphrases.first(None) if passphrase and fresh else None,
        clock=time.time_ns,
        randomness=os.urandom,
    )
    if passphrase and not fresh:
        output.hint(
            "--passphrase had no effect: the key that is there was kept. "
            "`affidavit trail key passphrase` protects it."
        )
    if post_quantum:
        founded = _with_second_key(settings, founded)
    policy = load(settings.policy)
    if as_json:
        machine.emit(_as_json(settings, founded, policy))
    else:
        _say(settings, founded, policy)
    _say_unheeded(founded, policy, observe=observe, origin=origin)
    return 0


def _with_second_key(settings: Settings, founded: Founded) -> Founded:
    """As founded, with an ML-DSA-44 key; one that is there and in force is kept."""
    from affidavit.cli.trail_key_rotate import changes

    path = ml_dsa_path(settings)
    if founded.identity.second is not None:
        return replace(founded, kept=(*founded.kept, path))
    change = replace(changes(None, None), settings=settings)
    change.add_ml_dsa()
    identity = load_identity(settings, passphrases.given)
    return replace(founded, made=(*founded.made, path), identity=identity)


def _as_json(settings: Settings, founded: Founded, policy: Policy) -> dict[str, Json]:
    return {
        "kept": [machine.text(path) for path in founded.kept],
        "made": [machine.text(path) for path in founded.made],
        "origin": founded.identity.origin,
        "policy": {
            "digest": policy.digest,
            "mode": policy.mode,
            "name": policy.name,
            "path": machine.text(settings.policy),
        },
        "ml_dsa": None
        if founded.identity.ml_dsa is None
        else str(founded.identity.ml_dsa),
        "trail": machine.text(settings.trail),
        "vkey": str(founded.identity.verifier),
    }


def _say(settings: Settings, founded: Founded, policy: Policy) -> None:
    said: dict[KeyPlace, str] = {
        ml_dsa_path(settings): "signs it too; back it up as well",
        settings.key_place: "signs the trail; back it up, never commit it",
        secret_path(settings.trail): "opens what the trail hides; back it up too",
        settings.trail: f"the trail, {founded.identity.origin}",
    }
    about_policy = f"the policy {policy.name}, mode {policy.mode}"
    for verb, paths in (("made", founded.made), ("kept", founded.kept)):
        pairs = [(_shown(path), said.get(path, about_policy)) for path in paths]
        if pairs:
            output.say(verb)
            output.say_pairs(pairs)
    output.say()
    output.say("Verifier key, for whoever shall check the trail:")
    output.say(f"  {founded.identity.verifier}")
    output.say()
    output.say(
        "Next: read the policy, then declare a purpose where you make the client:"
    )
    output.say()
    output.say(_snippet(policy))
    output.say()
    output.say("  affidavit trail show     what was decided, and what became of it")
    output.say("  affidavit doctor         what is in force, and what is wrong")
    output.say(
        "  affidavit sandbox        a stand-in for the provider, to try it without"
    )


def _snippet(policy: Policy) -> str:
    """Four lines that this policy permits, as far as one of its purposes does."""
    example = Call(
        endpoint="responses", provider="openai", host="", model=EXAMPLE_MODEL
    )
    fitting = [
        name for name, purpose in policy.purposes.items() if purpose.allows(example)
    ]
    purpose = EXAMPLE_PURPOSE
    if fitting and EXAMPLE_PURPOSE not in fitting:
        purpose = fitting[0]
    return _SNIPPET.format(purpose=purpose, model=EXAMPLE_MODEL)


def _say_unheeded(
    founded: Founded, policy: Policy, *, observe: bool, origin: str | None
) -> None:
    """What was asked for and is decided already by what was kept."""
    if observe and policy.mode != "observe":
        output.hint(
            "--observe had no effect: the policy that is there was kept. "
            "Set `mode: observe` in it."
        )
    if origin is not None and origin != founded.identity.origin:
        output.hint(
            f"--origin had no effect: the trail keeps its name, "
            f"{founded.identity.origin}."
        )


def _shown(path: KeyPlace) -> str:
    """Relative to here where that is shorter."""
    here = Path.cwd()
    if isinstance(path, KeyUri):
        return str(path)
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
