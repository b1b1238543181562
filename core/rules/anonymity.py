"""Pitches and reviews as strangers may see them: under labels, every free text scrubbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.rules.blinding import scrub
from core.rules.relabelled import relabel, translation
from core.schemas.briefs import AnonymousPitch, AnonymousReview
from core.schemas.pitch import Pitch
from core.schemas.review import PeerReview


@dataclass(slots=True)
class Scrubber:
    """Scrubs texts and counts, by author, which terms were replaced how often."""

    terms: Sequence[str]
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def clean(self, author: str, text: str) -> str:
        scrubbed = scrub(text, self.terms)
        if scrubbed.replacements:
            self.counts.setdefault(author, Counter()).update(scrubbed.replacements)
        return scrubbed.text

    def replaced(self) -> dict[str, dict[str, int]]:
        """Author → term → how often; authors without a trace of themselves are absent."""
        return {author: dict(sorted(found.items())) for author, found in self.counts.items()}


def anonymous_pitch(pitch: Pitch, label: str, scrubber: Scrubber) -> AnonymousPitch:
    def clean(text: str) -> str:
        return scrubber.clean(pitch.account_id, text)

    return AnonymousPitch(
        label=label,
        instrument=pitch.instrument,
        direction=pitch.direction,
        horizon=pitch.horizon,
        thesis_bullets=tuple(clean(bullet) for bullet in pitch.thesis_bullets),
        agrees_with_pack_a=pitch.consensus_map.gemini_research,
        agrees_with_pack_b=pitch.consensus_map.perplexity_research,
        indicators=pitch.indicators,
        invalidation=clean(pitch.invalidation),
        invalidation_rules=pitch.invalidation_rules,
        conviction=pitch.conviction,
        position_size_hint=pitch.position_size_hint,
        risk_notes=clean(pitch.risk_notes),
    )


@dataclass(frozen=True, slots=True)
class ReviewLabels:
    """How a viewer calls things: ``pitches`` account → label, ``reviewers`` account → ``Reviewer 1``.

    ``shown`` is each reviewer's own label → account map, to turn its words into the viewer's.
    """

    pitches: Mapping[str, str]
    reviewers: Mapping[str, str]
    shown: Mapping[str, Mapping[str, str]]

    def translation(self, reviewer: str) -> dict[str, str]:
        """The reviewer's labels → the viewer's."""
        return translation(self.shown.get(reviewer, {}), self.pitches)


def anonymous_review(
    review: PeerReview, labels: ReviewLabels, scrubber: Scrubber
) -> AnonymousReview:
    """A review under the viewer's labels, which also replace the reviewer's in its words."""
    reviewer = review.reviewer_account_id
    translation = labels.translation(reviewer)

    def clean(text: str) -> str:
        return relabel(scrubber.clean(reviewer, text), translation)

    return AnonymousReview(
        label=labels.pitches[review.pitch_account_id],
        reviewer=labels.reviewers[reviewer],
        scores=review.scores,
        best_argument_against=clean(review.best_argument_against),
        one_flip_condition=clean(review.one_flip_condition),
        suggested_fix=clean(review.suggested_fix),
    )
