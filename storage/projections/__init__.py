"""Every read model of the store, in the order in which they are applied."""

from __future__ import annotations

from storage.projector import Projection

ALL_PROJECTIONS: tuple[Projection, ...] = ()
