"""What every Embedder must do: subclass it and give an `embedder` fixture."""

from __future__ import annotations

import numpy as np

TEXTS = ["Long TLT: inflation is falling", "short USO on rising stocks of crude", "Long TLT!"]


class EmbedderContract:
    def test_a_text_gets_a_unit_vector_of_the_dimensions_promised(self, embedder):
        vectors = embedder.embed(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape == (3, embedder.dimensions)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_a_text_has_the_same_vector_whatever_stands_beside_it(self, embedder):
        together = embedder.embed(TEXTS)
        alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
        assert np.array_equal(together, alone)

    def test_no_text_gives_no_vector(self, embedder):
        assert embedder.embed([]).shape == (0, embedder.dimensions)

    def test_a_text_is_nearest_to_itself(self, embedder):
        vectors = embedder.embed(TEXTS)
        assert (vectors @ vectors.T).argmax(axis=1).tolist() == [0, 1, 2]

    def test_texts_without_words_or_without_end_have_a_vector_too(self, embedder):
        vectors = embedder.embed(["", "🦉 漢字 --- !!", "long " * 5_000])
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_it_says_which_model_it_is(self, embedder):
        assert embedder.model.strip() == embedder.model != ""
