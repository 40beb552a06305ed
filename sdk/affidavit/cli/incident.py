"""`affidavit incident`: a provider's notice, from the day it comes until it is settled.

Knows which commands there are. What they share, `incident_desk` knows.
"""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

_CHANGE = "affidavit.cli.incident_change"
COMMANDS = {
    "open": Lazy(
        "affidavit.cli.incident_open:command",
        "Suspend whom a notice is about, at once, and record it.",
    ),
    "list": Lazy(
        "affidavit.cli.incident_show:listed", "Say what is open and what is suspended."
    ),
    "show": Lazy(
        "affidavit.cli.incident_show:show", "Tell all that is recorded of one."
    ),
    "clarify": Lazy(
        f"{_CHANGE}:clarify", "Record a question, an answer or what was found."
    ),
    "suspend": Lazy(f"{_CHANGE}:suspend", "Suspend more for one that is open."),
    "lift": Lazy(f"{_CHANGE}:lift", "End suspensions, for a reason."),
    "close": Lazy(f"{_CHANGE}:close", "Record how it was settled."),
    "dossier": Lazy(
        "affidavit.cli.incident_dossier:command",
        "Put all about one into a file that others verify.",
    ),
    "serve": Lazy(
        "affidavit.cli.incident_serve:command",
        "Receive the provider's webhooks and open incidents.",
    ),
}


@click.command(
    cls=LazyGroup,
    name="incident",
    lazy=COMMANDS,
    uses=(
        Use("affidavit incident open --case case_abc", "a warning came; fetch it"),
        Use(
            'affidavit incident open --reason "their letter of 23 November" '
            "--safety-id user-17",
            "the same by hand",
        ),
        Use("affidavit incident list", "what is open, and what is suspended"),
    ),
    exits=Exits(
        "done",
        "an incident was opened, and nobody is suspended for it",
        "usage, environment, or not recorded",
    ),
)
@etiquette
def group() -> None:
    """Answer a provider's safety notice: suspend, clarify, close, all under signature.

    docs/incidents.md says what to do in the first ten minutes.
    """
