"""Text that UTF-8 can hold: JSON's escapes may spell half a character, a store cannot write one."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator


def well_formed(text: str) -> str:
    """Halves that follow each other are joined, as when a stream was cut inside an emoji.

    One that stands alone becomes U+FFFD; everything else stays as it was written.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


WellFormed: TypeAlias = Annotated[str, AfterValidator(well_formed)]
