"""Names of a provider's endpoints, from method and path; and which of them generate.

Knows paths relative to the API's root and nothing of hosts. A path that it does not
know has no name: `clients._calls` then spells it out as `other:<METHOD> <path>`.

Names are what a user of the SDK writes: `files.create`, `threads.runs.create`. A beta
resource bears the plain name, so that a policy outlives the beta. What answers with a
model's output at once bears its path's: `chat.completions`, `images.generations`.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_STANDARD = {
    "list": "GET",
    "create": "POST",
    "retrieve": "GET/{}",
    "update": "POST/{}",
    "delete": "DELETE/{}",
}

SHORTER: Mapping[str, str] = {
    "audio.speech.create": "audio.speech",
    "audio.transcriptions.create": "audio.transcriptions",
    "audio.translations.create": "audio.translations",
    "chat.completions.create": "chat.completions",
    "completions.create": "completions",
    "decisions.create": "decisions",
    "embeddings.create": "embeddings",
    "images.create_variation": "images.variations",
    "images.edit": "images.edits",
    "images.generate": "images.generations",
    "moderations.create": "moderations",
    "responses.create": "responses",
    "videos.create": "videos",
    "videos.edit": "videos.edits",
    "videos.extend": "videos.extensions",
}
"""What a user of the SDK writes, and the endpoint's shorter name."""

_TABLE = """
responses /responses create retrieve delete compact=POST/compact cancel=POST/{}/cancel
responses.input_items /responses/{}/input_items list
responses.input_tokens /responses/input_tokens count=POST
chat.completions /chat/completions list create retrieve update delete
chat.completions.messages /chat/completions/{}/messages list
completions /completions create
embeddings /embeddings create
moderations /moderations create
decisions /decisions create
images /images edit=POST/edits generate=POST/generations
    create_variation=POST/variations
audio.speech /audio/speech create
audio.transcriptions /audio/transcriptions create
audio.translations /audio/translations create
audio.voice_consents /audio/voice_consents list create retrieve update delete
audio.voices /audio/voices create delete
videos /videos list create retrieve delete create_character=POST/characters
    get_character=GET/characters/{} edit=POST/edits extend=POST/extensions
    download_content=GET/{}/content remix=POST/{}/remix
models /models list retrieve delete
files /files list create retrieve delete content=GET/{}/content
uploads /uploads create cancel=POST/{}/cancel complete=POST/{}/complete
uploads.parts /uploads/{}/parts create
batches /batches list create retrieve cancel=POST/{}/cancel
fine_tuning.alpha.graders /fine_tuning/alpha/graders run=POST/run validate=POST/validate
fine_tuning.checkpoints.permissions /fine_tuning/checkpoints/{}/permissions list create
    delete
fine_tuning.jobs /fine_tuning/jobs list create retrieve cancel=POST/{}/cancel
    list_events=GET/{}/events pause=POST/{}/pause resume=POST/{}/resume
fine_tuning.jobs.checkpoints /fine_tuning/jobs/{}/checkpoints list
evals /evals list create retrieve update delete
evals.runs /evals/{}/runs list create retrieve delete cancel=POST/{}/cancel
evals.runs.output_items /evals/{}/runs/{}/output_items list retrieve
vector_stores /vector_stores list create retrieve update delete search=POST/{}/search
vector_stores.file_batches /vector_stores/{}/file_batches create retrieve
    cancel=POST/{}/cancel list_files=GET/{}/files
vector_stores.files /vector_stores/{}/files list create retrieve update delete
    content=GET/{}/content
containers /containers list create retrieve delete
containers.files /containers/{}/files list create retrieve delete
containers.files.content /containers/{}/files/{}/content retrieve=GET
skills /skills list create retrieve update delete
skills.content /skills/{}/content retrieve=GET
skills.versions /skills/{}/versions list create retrieve delete
skills.versions.content /skills/{}/versions/{}/content retrieve=GET
conversations /conversations create retrieve update delete
conversations.items /conversations/{}/items list create retrieve delete
assistants /assistants list create retrieve update delete
threads /threads create retrieve update delete create_and_run=POST/runs
threads.messages /threads/{}/messages list create retrieve update delete
threads.runs /threads/{}/runs list create retrieve update cancel=POST/{}/cancel
    submit_tool_outputs=POST/{}/submit_tool_outputs
threads.runs.steps /threads/{}/runs/{}/steps list retrieve
chatkit.sessions /chatkit/sessions create cancel=POST/{}/cancel
chatkit.threads /chatkit/threads list retrieve delete list_items=GET/{}/items
realtime.calls /realtime/calls create accept=POST/{}/accept hangup=POST/{}/hangup
    refer=POST/{}/refer reject=POST/{}/reject
realtime.client_secrets /realtime/client_secrets create
realtime.sessions /realtime/sessions create
realtime.transcription_sessions /realtime/transcription_sessions create
realtime.translations.client_secrets /realtime/translations/client_secrets create
live /live/sessions create
live.sessions /live/sessions/{} accept=POST/accept download_recording=GET/content
    fork=POST/fork hangup=POST/hangup refer=POST/refer reject=POST/reject
agents /agents list create retrieve update delete
agents.automations /agents/automations list create retrieve update delete
    pause=POST/{}/pause resume=POST/{}/resume
agents.automations.invocations /agents/automations/{}/invocations list create retrieve
agents.environments /agents/environments list create retrieve
agents.environments.files /agents/environments/{}/files list create
agents.environments.templates /agents/environments/templates list create retrieve update
    delete
agents.sessions /agents/sessions list create retrieve update delete
agents.sessions.artifacts /agents/sessions/{}/artifacts list retrieve delete
    content=GET/{}/content
agents.sessions.events /agents/sessions/{}/events create stream=GET
agents.sessions.items /agents/sessions/{}/items list
agents.sessions.subagents /agents/sessions/{}/subagents list retrieve
agents.sessions.subagents.items /agents/sessions/{}/subagents/{}/items list
agents.sessions.subagents.turns /agents/sessions/{}/subagents/{}/turns list retrieve
agents.sessions.subagents.turns.items /agents/sessions/{}/subagents/{}/turns/{}/items
    list
agents.sessions.traces /agents/sessions/{}/traces list
agents.sessions.turns /agents/sessions/{}/turns list retrieve
agents.sessions.turns.items /agents/sessions/{}/turns/{}/items list
agents.vaults /vaults list create retrieve update delete
agents.vaults.credentials /vaults/{}/credentials list create retrieve update delete
webhooks /webhook_endpoints list create retrieve update delete
    rotate_secret=POST/{}/rotate_secret test=POST/{}/test
webhooks.event_types /webhook_event_types list
safety.alerts /safety/alerts retrieve
safety.cases /safety/cases retrieve
content_provenance_checks /content_provenance_checks create
admin.organization.admin_api_keys /organization/admin_api_keys list create retrieve
    delete
admin.organization.audit_logs /organization/audit_logs list
admin.organization.certificates /organization/certificates list create retrieve update
    delete activate=POST/activate deactivate=POST/deactivate
admin.organization.data_retention /organization/data_retention retrieve=GET update=POST
admin.organization.external_keys /organization/external_keys list create retrieve delete
    validate=POST/{}/validate
admin.organization.external_storage /organization/external_storage list create retrieve
    delete validate=POST/{}/validate
admin.organization.groups /organization/groups list create retrieve update delete
admin.organization.groups.roles /organization/groups/{}/roles list create retrieve
    delete
admin.organization.groups.users /organization/groups/{}/users list create retrieve
    delete
admin.organization.invites /organization/invites list create retrieve delete
admin.organization.projects /organization/projects list create retrieve update
    archive=POST/{}/archive
admin.organization.projects.api_keys /organization/projects/{}/api_keys list retrieve
    update delete
admin.organization.projects.certificates /organization/projects/{}/certificates list
    activate=POST/activate deactivate=POST/deactivate
admin.organization.projects.data_retention /organization/projects/{}/data_retention
    retrieve=GET update=POST
admin.organization.projects.groups /organization/projects/{}/groups list create retrieve
    delete
admin.organization.projects.groups.roles /projects/{}/groups/{}/roles list create
    retrieve delete
admin.organization.projects.hosted_tool_permissions
    /organization/projects/{}/hosted_tool_permissions
    retrieve=GET update=POST
admin.organization.projects.model_permissions
    /organization/projects/{}/model_permissions
    delete=DELETE retrieve=GET update=POST
admin.organization.projects.rate_limits /organization/projects/{}/rate_limits
    list_rate_limits=GET update_rate_limit=POST/{}
admin.organization.projects.roles /projects/{}/roles list create retrieve update delete
admin.organization.projects.service_accounts /organization/projects/{}/service_accounts
    list create retrieve update delete
admin.organization.projects.service_accounts.api_keys
    /organization/projects/{}/service_accounts/{}/api_keys
    create
admin.organization.projects.service_tier_settings
    /organization/projects/{}/service_tier_settings
    retrieve=GET update=POST
admin.organization.projects.spend_alerts /organization/projects/{}/spend_alerts list
    create retrieve update delete
admin.organization.projects.spend_limit /organization/projects/{}/spend_limit
    delete=DELETE retrieve=GET update=POST
admin.organization.projects.users /organization/projects/{}/users list create retrieve
    update delete
admin.organization.projects.users.roles /projects/{}/users/{}/roles list create retrieve
    delete
admin.organization.roles /organization/roles list create retrieve update delete
admin.organization.spend_alerts /organization/spend_alerts list create retrieve update
    delete
admin.organization.spend_limit /organization/spend_limit delete=DELETE retrieve=GET
    update=POST
admin.organization.usage /organization costs=GET/costs
    audio_speeches=GET/usage/audio_speeches
    audio_transcriptions=GET/usage/audio_transcriptions
    code_interpreter_sessions=GET/usage/code_interpreter_sessions
    completions=GET/usage/completions decisions=GET/usage/decisions
    embeddings=GET/usage/embeddings file_search_calls=GET/usage/file_search_calls
    images=GET/usage/images moderations=GET/usage/moderations
    vector_stores=GET/usage/vector_stores web_search_calls=GET/usage/web_search_calls
admin.organization.users /organization/users list retrieve update delete
admin.organization.users.roles /organization/users/{}/roles list create retrieve delete
admin.organization.workload_identity_providers /organization/workload_identity_providers
    list create retrieve update delete
admin.organization.workload_identity_providers.federation_rules
    /organization/workload_identity_providers/{}/federation_rules
    list create retrieve update delete
"""
"""Resource, path and methods. A method that `_STANDARD` does not know says where it
goes: `cancel=POST/{}/cancel`. A line that starts with a space continues."""


def _endpoints() -> Iterator[tuple[str, str]]:
    for row in _TABLE.strip().replace("\n ", " ").splitlines():
        resource, path, *methods = row.split()
        for method in methods:
            name, _, where = method.partition("=")
            verb, slash, below = (where or _STANDARD[name]).partition("/")
            full = f"{resource}.{name}"
            yield f"{verb} {path}{slash}{below}", SHORTER.get(full, full)


ENDPOINTS: Mapping[str, str] = {
    **dict(_endpoints()),
    "POST /evals/{}/runs/{}": "evals.runs.cancel",  # as openai 2.x sends it
}
"""Every REST route of openai 2.x and 3.x; `{}` stands for one path segment."""

WEBSOCKETS: Mapping[str, str] = {
    "/responses": "responses.connect",
    "/realtime": "realtime.connect",
    "/realtime/translations": "realtime.translations.connect",
    "/live/sessions": "live.connect",
    "/live/sessions/{}/attach": "live.sideband.connect",
    "/live/sessions/{}/fork": "live.forks.connect",
}
"""Paths of websocket handshakes; none of them is a REST endpoint under GET."""

CONNECTIONS = frozenset(WEBSOCKETS.values())

NAMES = frozenset(ENDPOINTS.values()) | CONNECTIONS
"""Every name that a call can bear, `other:…` excepted."""

GENERATING = CONNECTIONS | {
    # answered with a model's output
    *SHORTER.values(),
    "fine_tuning.alpha.graders.run",
    "responses.compact",
    "threads.create_and_run",
    "threads.runs.create",
    "threads.runs.submit_tool_outputs",
    "vector_stores.search",  # embeds the query, and may have a model rewrite it
    "videos.remix",
    # answered later, by the provider's own workers
    "agents.automations.create",
    "agents.automations.invocations.create",
    "agents.automations.resume",
    "agents.automations.update",
    "agents.sessions.create",
    "agents.sessions.events.create",
    "batches.create",
    "evals.runs.create",
    "fine_tuning.jobs.create",
    "fine_tuning.jobs.resume",
    # opens a session in which a model answers somebody else: a browser, a telephone
    "chatkit.sessions.create",
    "live.create",
    "live.sessions.accept",
    "live.sessions.fork",
    "realtime.calls.accept",
    "realtime.calls.create",
    "realtime.client_secrets.create",
    "realtime.sessions.create",
    "realtime.transcription_sessions.create",
    "realtime.translations.client_secrets.create",
}
"""Endpoints that have a model work, and so cost money: at once, later, or elsewhere."""

_Branch = dict[str, Any]  # segment to branch, and " METHOD" to name


def _tree(endpoints: Mapping[str, str]) -> _Branch:
    root: _Branch = {}
    for pattern, name in endpoints.items():
        *inner, last = _steps(*pattern.split(" ", 1))
        branch = root
        for step in inner:
            branch = branch.setdefault(step, {})
        branch[last] = name
    return root


def _steps(method: str, path: str) -> list[str]:
    # The method comes last, so that the same path under two methods shares its branch;
    # the space keeps it apart from any path segment.
    return [*path.strip("/").split("/"), f" {method}"]


_TREE = _tree(ENDPOINTS)


@lru_cache(maxsize=1024)
def named(method: str, path: str) -> str | None:
    """The endpoint's name, or None; `path` has no query. A literal beats a `{}`."""
    return _walk(_TREE, _steps(method.upper(), path))


def _walk(branch: _Branch, steps: list[str]) -> str | None:
    step, *rest = steps
    # A dot segment is no name: the HTTP client would resolve it to some other path.
    literal = step.startswith(" ") or step in ("", ".", "..")
    choices = (step,) if literal else (step, "{}")
    for below in (branch.get(choice) for choice in choices):
        if isinstance(below, str):
            return below
        found = _walk(below, rest) if below and rest else None
        if found is not None:
            return found
    return None
