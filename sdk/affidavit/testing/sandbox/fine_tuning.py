"""/v1/fine_tuning/jobs: jobs, done as soon as they are made. Nothing is trained.

Knows OpenAI's job and event objects. A training file whose lines are not JSON objects
makes a job that failed, as it would at the provider.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from affidavit.testing.sandbox.blobs import Blob
from affidavit.testing.sandbox.body import (
    declined_parameter,
    json_object,
    model_named,
    nested,
    whole_number,
)
from affidavit.testing.sandbox.files import Files
from affidavit.testing.sandbox.http import Declined, Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route, route
from affidavit.testing.sandbox.shelf import Fields, Shelf, page

_LONGEST_LINE: Final = 16 << 20
_AUTO: Final = {
    "batch_size": "auto",
    "learning_rate_multiplier": "auto",
    "n_epochs": "auto",
}


class Jobs:
    """The fine-tuning jobs of one sandbox, trained on nothing from `files`."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._shelf: Shelf[Fields] = Shelf("fine-tuning job")

    def _create(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        model = model_named(body, None)
        training = self._trainable(body, "training_file")
        if training is None:
            raise declined_parameter("training_file", "a file's id, and is required")
        self._trainable(body, "validation_file")
        ended = _failure(training) or _success(asked, model, body.get("suffix"))
        job = {
            "id": f"ftjob-{asked.serial}",
            "object": "fine_tuning.job",
            "created_at": asked.now,
            "finished_at": asked.now,
            "model": model,
            "organization_id": "org-sandbox",
            "training_file": body["training_file"],
            "validation_file": body.get("validation_file"),
            "hyperparameters": {**_AUTO, **nested(body, "hyperparameters")},
            "method": body.get("method"),
            "integrations": body.get("integrations"),
            "metadata": body.get("metadata"),
            "seed": whole_number(body, "seed", low=0, high=(1 << 31) - 1) or 0,
            "result_files": [],
            "trained_tokens": None,
            "estimated_finish": None,
            **ended,
        }
        self._shelf.put(job["id"], job)
        return json_answer(job)

    def _trainable(self, body: Mapping[str, Any], param: str) -> Blob | None:
        file_id = body.get(param)
        if file_id is None:
            return None
        file = self._files.get(str(file_id))
        if file.purpose != "fine-tune":
            raise declined_parameter(param, "a file whose purpose is 'fine-tune'")
        return file.blob

    def _list(self, asked: Asked) -> Reply:
        return page(asked, self._shelf.all())

    def _retrieve(self, asked: Asked) -> Reply:
        return json_answer(self._shelf.get(asked.values["job"]))

    def _settled(self, asked: Asked) -> Reply:
        job = self._shelf.get(asked.values["job"])
        raise Declined(400, f"The job has {job['status']} already.")

    def _events(self, asked: Asked) -> Reply:
        return page(asked, _events(self._shelf.get(asked.values["job"])))

    def _checkpoints(self, asked: Asked) -> Reply:
        self._shelf.get(asked.values["job"])
        return page(asked, [])

    def routes(self) -> tuple[Route, ...]:
        """Its endpoints."""
        many, one, name = (
            "fine_tuning/jobs",
            "fine_tuning/jobs/{job}",
            "fine_tuning.jobs",
        )
        return (
            route(f"POST {many}", f"{name}.create", self._create),
            route(f"GET {many}", f"{name}.list", self._list),
            route(f"GET {one}", f"{name}.retrieve", self._retrieve),
            route(f"GET {one}/events", f"{name}.list_events", self._events),
            route(
                f"GET {one}/checkpoints", f"{name}.checkpoints.list", self._checkpoints
            ),
            *(
                route(f"POST {one}/{verb}", f"{name}.{verb}", self._settled)
                for verb in ("cancel", "pause", "resume")
            ),
        )


def _success(asked: Asked, model: str, suffix: object) -> Fields:
    named = suffix if isinstance(suffix, str) else ""
    return {
        "status": "succeeded",
        "error": None,
        "fine_tuned_model": f"ft:{model}:sandbox:{named}:{asked.serial[-8:]}",
    }


def _failure(blob: Blob) -> Fields | None:
    number = 0
    with blob.open() as reader:
        while raw := reader.readline(_LONGEST_LINE):
            number += 1
            if not _is_object(raw):
                return _failed(f"Line {number} is not a JSON object.")
    return None if number else _failed("The file is empty.")


def _is_object(raw: bytes) -> bool:
    try:
        return isinstance(orjson.loads(raw), dict)
    except orjson.JSONDecodeError:
        return False


def _failed(why: str) -> Fields:
    return {
        "status": "failed",
        "fine_tuned_model": None,
        "error": {
            "code": "invalid_training_file",
            "message": why,
            "param": "training_file",
        },
    }


def _events(job: Fields) -> Sequence[Fields]:
    told = [
        f"Created fine-tuning job: {job['id']}",
        f"Validating training file: {job['training_file']}",
    ]
    if job["error"] is not None:
        told.append(job["error"]["message"])
    else:
        told += [
            f"New fine-tuned model created: {job['fine_tuned_model']}",
            "The job has successfully completed",
        ]
    return [
        {
            "id": f"ftevent-{job['id'].removeprefix('ftjob-')}-{number}",
            "object": "fine_tuning.job.event",
            "created_at": job["created_at"],
            "level": "info",
            "message": message,
            "type": "message",
            "data": {},
        }
        for number, message in enumerate(told)
    ]
