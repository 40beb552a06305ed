"""Pages of a provider's usage, spelled by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

DAY = "2026-10-01"


def seconds(day: str) -> int:
    """Midnight of a UTC day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def a_result(kind: str = "completions", **changes: Any) -> dict[str, Any]:
    """One row."""
    return {
        "object": f"organization.usage.{kind}.result",
        "num_model_requests": 3,
        "input_tokens": 60,
        "output_tokens": 54,
        "project_id": "proj_a",
        "api_key_id": "key_a",
        "model": "gpt-4o-mini-2024-07-18",
        **changes,
    }


def a_page(
    days: Mapping[str, Sequence[Mapping[str, Any]]], *, more: bool = False
) -> dict[str, Any]:
    """Day → rows."""
    return {
        "object": "page",
        "data": [
            {
                "object": "bucket",
                "start_time": seconds(day),
                "end_time": seconds(day) + 86_400,
                "results": list(rows),
            }
            for day, rows in days.items()
        ],
        "has_more": more,
        "next_page": "page_2" if more else None,
    }


def written(value: object) -> bytes:
    """As it came."""
    return json.dumps(value).encode()
