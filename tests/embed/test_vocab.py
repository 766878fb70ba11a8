"""The vocabulary: derived from the table, told apart by its fingerprint."""

import pytest

from dsl.errors import ConfigError
from dsl.ops import OPS
from embed.vocab import INTERPRETATIONS, Kind, Vocabulary, vocabulary


def test_every_op_of_the_table_has_a_number() -> None:
    vocab = vocabulary()
    assert set(OPS) < set(vocab.ops)
    assert [vocab.ops[vocab.numbers[name]] for name in OPS] == list(OPS)


def test_codes_and_kinds_agree() -> None:
    vocab = vocabulary(50)
    assert vocab.num_codes == len(vocab.kinds) == vocab.blocks[Kind.INT].first + 101
    assert all(vocab.code(vocab.kinds[code], vocab.index(code)) == code for code in range(vocab.num_codes))
    assert len({vocab.name(code) for code in range(vocab.num_codes)}) == vocab.num_codes
    assert "concrete" in INTERPRETATIONS


def test_another_table_is_refused_with_the_names_of_the_ops() -> None:
    ours = vocabulary()
    theirs = Vocabulary((*(name for name in ours.ops if name != "sort"), "frobnicate"))
    with pytest.raises(ConfigError, match=r"model\.safetensors .*lacks: frobnicate; it lacks ops of the op table: sort"):
        ours.require(theirs.to_json(), "model.safetensors")
    with pytest.raises(ConfigError, match="int_range is 7, not 1000"):
        ours.require(vocabulary(7).to_json(), "model.safetensors")
    ours.require(vocabulary().to_json(), "model.safetensors")
