"""Say under signature what an organisation used an AI provider's API for.

    from affidavit import OpenAI, purpose

    client = OpenAI(purpose="support.reply")

Knows names only. Whatever needs openai is imported when it is first asked for: openai
costs 0.5 to 1.4 s, and a pre-commit hook must not pay for it.

PYTEST_DONT_REWRITE: `affidavit run -- pytest` imports this before pytest starts, which
pytest would warn about.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from affidavit._version import __version__ as __version__
from affidavit.errors import AffidavitError as AffidavitError
from affidavit.errors import InterpreterUnsupported as InterpreterUnsupported
from affidavit.errors import Reason as Reason
from affidavit.errors import Refused as Refused
from affidavit.errors import Unrecorded as Unrecorded

# Bound here, after its module of the same name was loaded: from now on the name is the
# scope, whoever imports the module later.
from affidavit.purpose import purpose as purpose


def _refuse_sub_interpreters() -> None:
    # A fork runs the handlers of the interpreter that forks and of no other: two
    # processes would go on with one chain of records. Threads that need not end before
    # their interpreter does (those that commit and integrate) may not start there.
    # Asked before anything else is imported: the compiled packages that we stand on
    # refuse some sub-interpreters themselves, and say nothing of what to do.
    for name in ("_interpreters", "_xxsubinterpreters"):  # since Python 3.13; before
        try:
            interpreters = import_module(name)
        except ImportError:
            continue
        if interpreters.get_current() != interpreters.get_main():
            raise InterpreterUnsupported(
                "affidavit was imported in a sub-interpreter, where it cannot "
                "promise that each call is recorded: forks go unnoticed and background "
                "threads may not start. Run the program in the main interpreter: "
                "'WSGIApplicationGroup %{GLOBAL}' for mod_wsgi, 'single-interpreter = "
                "true' for uWSGI, processes or threads instead of an interpreter pool."
            )
        return


_refuse_sub_interpreters()

if TYPE_CHECKING:  # editors and type checkers see the real classes
    from affidavit.clients.bedrock import AsyncBedrockOpenAI as AsyncBedrockOpenAI
    from affidavit.clients.bedrock import BedrockOpenAI as BedrockOpenAI
    from affidavit.clients.errors import CallUncounted as CallUncounted
    from affidavit.clients.errors import CallUngoverned as CallUngoverned
    from affidavit.clients.errors import CallUnrecorded as CallUnrecorded
    from affidavit.clients.errors import PolicyDenied as PolicyDenied
    from affidavit.clients.install import install as install
    from affidavit.clients.install import ungoverned_clients as ungoverned_clients
    from affidavit.clients.install import uninstall as uninstall
    from affidavit.clients.openai import AsyncAzureOpenAI as AsyncAzureOpenAI
    from affidavit.clients.openai import AsyncOpenAI as AsyncOpenAI
    from affidavit.clients.openai import AzureOpenAI as AzureOpenAI
    from affidavit.clients.openai import OpenAI as OpenAI
    from affidavit.wiring.governor import Governor as Governor

__all__ = [
    "AffidavitError",
    "AsyncAzureOpenAI",
    "AsyncBedrockOpenAI",
    "AsyncOpenAI",
    "AzureOpenAI",
    "BedrockOpenAI",
    "CallUncounted",
    "CallUngoverned",
    "CallUnrecorded",
    "Governor",
    "InterpreterUnsupported",
    "OpenAI",
    "PolicyDenied",
    "Reason",
    "Refused",
    "Unrecorded",
    "__version__",
    "install",
    "purpose",
    "ungoverned_clients",
    "uninstall",
]

_LAZY = {
    "AsyncAzureOpenAI": "affidavit.clients.openai",
    "AsyncBedrockOpenAI": "affidavit.clients.bedrock",
    "AsyncOpenAI": "affidavit.clients.openai",
    "AzureOpenAI": "affidavit.clients.openai",
    "BedrockOpenAI": "affidavit.clients.bedrock",
    "CallUngoverned": "affidavit.clients.errors",
    "CallUncounted": "affidavit.clients.errors",
    "CallUnrecorded": "affidavit.clients.errors",
    "Governor": "affidavit.wiring.governor",
    "OpenAI": "affidavit.clients.openai",
    "PolicyDenied": "affidavit.clients.errors",
    "install": "affidavit.clients.install",
    "ungoverned_clients": "affidavit.clients.install",
    "uninstall": "affidavit.clients.install",
}


def __getattr__(name: str) -> object:
    home = _LAZY.get(name)
    if home is None:
        raise AttributeError(f"module 'affidavit' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value  # asked once: the next access finds it without this call
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
