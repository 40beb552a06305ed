from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.fine_tuning import FineTuningJob

from support.sandboxed import a_client, faithful, lines, uploaded

GOOD = lines({"messages": []}, {"messages": []})


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def a_job(client: OpenAI, content: bytes = GOOD, **arguments: Any) -> FineTuningJob:
    file = uploaded(client, content, purpose="fine-tune")
    return faithful(
        client.fine_tuning.jobs.create(
            model="gpt-4o-mini", training_file=file.id, **arguments
        )
    )


def test_a_job_succeeds_at_once(client: OpenAI) -> None:
    job = a_job(client, suffix="mine", seed=7, hyperparameters={"n_epochs": 2})

    assert job.status == "succeeded"
    assert str(job.fine_tuned_model).startswith("ft:gpt-4o-mini:sandbox:mine:")
    assert (job.seed, job.hyperparameters.n_epochs) == (7, 2)
    assert client.fine_tuning.jobs.retrieve(job.id) == job


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "empty"), (GOOD + b"[]\n", "Line 3"), (b"{\n", "Line 1")]
)
def test_a_training_file_that_is_not_json_lines_fails_the_job(
    client: OpenAI, content: bytes, why: str
) -> None:
    job = a_job(client, content)

    assert (job.status, job.fine_tuned_model) == ("failed", None)
    assert job.error is not None
    assert why in job.error.message
    told = [event.message for event in client.fine_tuning.jobs.list_events(job.id)]
    assert why in told[0]


def test_jobs_and_what_became_of_them_are_listed(client: OpenAI) -> None:
    jobs = [a_job(client), a_job(client)]
    events = list(client.fine_tuning.jobs.list_events(jobs[0].id, limit=1))

    assert [job.id for job in client.fine_tuning.jobs.list(limit=1)] == [
        jobs[1].id,
        jobs[0].id,
    ]
    assert "successfully" in faithful(events[0]).message
    assert len(events) == 4
    assert list(client.fine_tuning.jobs.checkpoints.list(jobs[0].id)) == []


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume"])
def test_a_job_that_is_over_cannot_be_changed(client: OpenAI, verb: str) -> None:
    job = a_job(client)

    with pytest.raises(openai.BadRequestError, match="succeeded already"):
        getattr(client.fine_tuning.jobs, verb)(job.id)


def test_files_are_there_and_for_training(client: OpenAI) -> None:
    other = uploaded(client, GOOD, purpose="batch")

    with pytest.raises(openai.BadRequestError, match="'fine-tune'"):
        client.fine_tuning.jobs.create(model="m", training_file=other.id)
    with pytest.raises(openai.NotFoundError):
        a_job(client, validation_file="file-none")
    with pytest.raises(openai.BadRequestError, match="training_file"):
        client.post("/fine_tuning/jobs", body={"model": "m"}, cast_to=object)
