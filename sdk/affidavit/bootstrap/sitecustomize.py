"""What `affidavit run` puts before a program: openai is governed as it is imported.

Python imports a module of this name at its start from wherever PYTHONPATH leads. Knows
the import system and one name, `affidavit.clients.install`, which is imported only
together with openai: a process that never imports openai pays next to nothing, and
needs no affidavit. An interpreter older than affidavit's own must be able to read this,
because programs start all kinds of helpers.

Nothing here is for import by others.
"""
# ruff: noqa: INP001 - a folder on the path, and no package: that is how Python finds it

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` would cost each process more than all of this
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
OPENAI = "openai"
CLIENTS = "affidavit.clients"
UNUSABLE = 2
"""Exit code for an environment in which nothing may be sent."""


class Finder:
    """Stands first among the finders, and lets the others find."""

    def find_spec(
        self,
        name: str,
        path: "Sequence[str] | None" = None,
        target: "ModuleType | None" = None,
    ) -> "ModuleSpec | None":
        """What the others find, for two modules with an errand after their loading."""
        if name == OPENAI:
            errand = govern
        elif name == CLIENTS:
            errand = import_openai
        else:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = None if find is None or finder is self else find(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = Loader(spec.loader, errand)
                return spec  # type: ignore[no-any-return]  # a finder's word
        return None


class Loader:
    """Loads as the original does, then runs the errand: if that fails, so does the
    import, now and each time that it is tried again.
    """

    def __init__(self, original: "Any", errand: "Any") -> None:
        self._original = original
        self._errand = errand

    def create_module(self, spec: "ModuleSpec") -> "ModuleType | None":
        """The original's."""
        return self._original.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: "Any") -> None:
        """Run the module, which sees the loader that it would have had."""
        module.__loader__ = module.__spec__.loader = self._original
        self._original.exec_module(module)
        self._errand()

    def __getattr__(self, name: str) -> object:
        """All else that somebody may ask of a loader without loading."""
        return getattr(self._original, name)


def govern() -> None:
    """Install, or end the program: it must not go on ungoverned."""
    try:
        from affidavit.clients.install import install

        install()
    except ImportError as error:
        stop(
            f"{sys.executable} cannot import affidavit ({error}). Install affidavit in "
            "the environment that the program runs in."
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be sent
        stop(str(error) or type(error).__name__)


def import_openai() -> None:
    """Before any module of ours that needs openai is half imported: `govern` needs them
    whole.
    """
    try:  # noqa: SIM105 - `contextlib` would cost each process more than all of this
        import openai  # noqa: F401 - for its errand
    except ImportError:
        pass  # whoever needs it will say so


def stop(why: str) -> None:
    """Say why, and leave with 2. A program that catches this has no openai all the
    same: its import has failed.
    """
    message = (
        "affidavit: error: the program was started with `affidavit run` and its OpenAI "
        f"clients cannot be governed, so openai was not imported. {why}\n"
    )
    sys.stderr.write(message)
    sys.stderr.flush()
    raise SystemExit(UNUSABLE)


def begin() -> None:
    """Take the place among the finders, then give way to the sitecustomize that the
    interpreter would have imported without us, if there is one.
    """
    sys.meta_path.insert(0, Finder())
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != HERE]
    ours = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401 - another one: we left the path
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = ours


if __name__ == "sitecustomize":
    begin()
