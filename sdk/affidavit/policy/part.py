"""What every part of a policy's schema has in common.

Knows pydantic's settings and no field. An unknown field is an error, because a field
that is ignored is a rule that does not exist.
"""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Unknown fields are refused; values keep the type they are written in."""

    # Built when the first file is read, and only what that file needs: start-up is a
    # promise of the hooks.
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, defer_build=True
    )
