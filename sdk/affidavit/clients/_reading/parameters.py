"""Parameters of a request that rules ask for, as the provider names them.

Knows where a body keeps them. It reads leniently: a value of an unknown shape is no
parameter. Fractions are strings, and lists of tools their length.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from affidavit.calls import JsonObject
from affidavit.clients._reading.shapes import ARRAY, OBJECT, inside

Found: TypeAlias = dict[str, int | str | bool]

_PLAIN = {
    # of every text
    "background",
    "frequency_penalty",
    "logprobs",
    "max_completion_tokens",
    "max_output_tokens",
    "max_prompt_tokens",
    "max_response_output_tokens",
    "max_tokens",
    "max_tool_calls",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "reasoning_effort",
    "seed",
    "service_tier",
    "store",
    "stream",
    "temperature",
    "tool_choice",
    "top_k",
    "top_logprobs",
    "top_p",
    "truncation",
    "verbosity",
    # completions and embeddings
    "best_of",
    "dimensions",
    "echo",
    "encoding_format",
    # images, audio, videos
    "frame_count",
    "input_fidelity",
    "language",
    "moderation",
    "output_format",
    "partial_images",
    "quality",
    "seconds",
    "size",
    "speed",
    "stream_format",
    "style",
    # what is sent for later, by reference
    "completion_window",
    "endpoint",
    "input_file_id",
    "training_file",
    "validation_file",
    # searches
    "max_num_results",
    "rewrite_query",
}
_LARGEST = 2**53 - 1  # of the integers that records hold (RFC 8785, I-JSON)
_DEEPEST = 4


def parameters(body: JsonObject) -> Found:
    """Parameters that rules ask for; fractions as strings, lists as their length."""
    found: Found = {}
    nested = False
    for name, value in body.items():
        if name in _PLAIN:
            _keep(found, name, value)
        elif name in _DEEPER:
            nested = True
    if nested:
        _keep_nested(found, body, _DEEPEST)
    return found


def _keep(found: Found, name: str, value: object) -> None:
    match value:
        case bool():
            found[name] = value
        case int():
            found[name] = int(value) if abs(value) <= _LARGEST else str(value)
        case str():
            found[name] = str(value)
        case float():
            found[name] = repr(value)
        case _:
            pass


def _keep_nested(found: Found, body: JsonObject, depth: int) -> None:
    for name, value in body.items():
        read = _NESTED.get(name)
        if read is not None and value:
            read(found, name, value)
        elif name in _WITHIN and isinstance(value, OBJECT) and depth:
            _keep_within(found, value, depth - 1)


def _keep_within(found: Found, body: JsonObject, depth: int) -> None:
    """Those of a session or an agent; what stands further out wins."""
    inner: Found = {}
    for name, value in body.items():
        if name in _PLAIN:
            _keep(inner, name, value)
    _keep_nested(inner, body, depth)
    for name, kept in inner.items():
        found.setdefault(name, kept)


def _effort(found: Found, _name: str, value: object) -> None:
    _keep(found, "reasoning_effort", inside(value, "effort"))


def _form(found: Found, _name: str, value: object) -> None:
    _keep(found, "response_format", inside(value, "type") or value)


def _text(found: Found, name: str, value: object) -> None:
    _form(found, name, inside(value, "format"))
    _keep(found, "verbosity", inside(value, "verbosity"))


def _tools(found: Found, _name: str, value: object) -> None:
    found["tools"] = len(value) if isinstance(value, Sequence | Mapping) else 1


def _count(found: Found, name: str, value: object) -> None:
    """Of OpenRouter: the models that may answer instead, and the plugins."""
    found[name] = len(value) if isinstance(value, ARRAY) else 1


def _file_purpose(found: Found, _name: str, value: object) -> None:
    _keep(found, "file_purpose", value)


def _presence(found: Found, name: str, _value: object) -> None:
    found[name] = True


def _modalities(found: Found, _name: str, value: object) -> None:
    if isinstance(value, ARRAY):
        found["modalities"] = ",".join(sorted(v for v in value if isinstance(v, str)))


def _include(found: Found, _name: str, value: object) -> None:
    """The newer way to ask for what `logprobs` asks for."""
    names = value if isinstance(value, ARRAY) else (value,)
    if any(isinstance(name, str) and name.endswith("logprobs") for name in names):
        found["logprobs"] = True


def _voice(found: Found, _name: str, value: object) -> None:
    _keep(found, "voice", inside(value, "id") or value)


def _audio(found: Found, name: str, value: object) -> None:
    voice = inside(value, "voice") or inside(value, "output", "voice")
    _voice(found, name, voice)


def _seconds(found: Found, name: str, value: object) -> None:
    _keep(found, name, inside(value, "seconds"))


def _hyperparameters(found: Found, _name: str, value: object) -> None:
    for name in ("n_epochs", "batch_size", "learning_rate_multiplier"):
        _keep(found, name, inside(value, name))


def _method(found: Found, name: str, value: object) -> None:
    kind = inside(value, "type")
    if isinstance(kind, str):
        _keep(found, name, kind)
        _hyperparameters(found, name, inside(value, kind, "hyperparameters"))


_NESTED: Mapping[str, Callable[[Found, str, object], None]] = {
    "audio": _audio,
    "expires_after": _seconds,
    "functions": _tools,
    "hyperparameters": _hyperparameters,
    "include": _include,
    "logit_bias": _presence,
    "method": _method,
    "modalities": _modalities,
    "models": _count,
    "output_expires_after": _seconds,
    "output_modalities": _modalities,
    "plugins": _count,
    "prediction": _presence,
    "preset": _presence,
    "purpose": _file_purpose,
    "reasoning": _effort,
    "response_format": _form,
    "text": _text,
    "tools": _tools,
    "voice": _voice,
    "web_search_options": _presence,
}
"""Readers of what is no plain value, or bears another name with us."""

_WITHIN = {"agent", "data_source", "sampling_params", "session", "target"}
_DEEPER = _NESTED.keys() | _WITHIN

_MODELS = (
    ("session", "model"),
    ("agent", "model"),
    ("target", "agent", "model"),
    ("data_source", "model"),
    ("grader", "model"),
    ("input_audio_transcription", "model"),
    ("session", "audio", "input", "transcription", "model"),
)


def model(body: JsonObject) -> str | None:
    """The model that a session, an agent, an eval's run or a grader will use.

    For bodies that name none themselves; None where several would work, or none is
    named.
    """
    for path in _MODELS:
        value = inside(body, *path)
        if isinstance(value, str):
            return value
    return None
