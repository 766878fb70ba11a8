"""Where constants come from: the three sources, and each rule of discovery on examples that only that rule can serve."""

import pytest

from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.tasks import Example, Task
from dsl.values import DEFAULT
from search.constants import (
    MAX_INTS,
    MAX_STRINGS,
    NUM_CHEAP,
    POOL_INTS,
    POOL_STRINGS,
    SMALL_INTS,
    TOKEN_CLASSES,
    class_names,
    constants_for,
    longest_common_substring,
    priced_constants,
    uncopyable,
)
from search.settings import Settings


def task(*rows, constants=None):
    return Task(name="t", examples=tuple(Example(tuple(row[:-1]), row[-1]) for row in rows), constants=constants)


def discovered(*rows):
    return constants_for(task(*rows), "discovered")


class TestSources:
    def test_given_are_the_files_and_nothing_else(self):
        assert constants_for(task(("a-b", "a"), constants=("+", 7)), "given") == ("+", 7)
        assert constants_for(task(("a-b", "a"), constants=()), "given") == ()

    def test_given_falls_back_where_the_file_says_nothing(self):
        assert constants_for(task(("a-b", "a")), "given") == discovered(("a-b", "a"))

    def test_the_pool_is_the_same_for_every_task(self):
        assert (
            constants_for(task(("a", "b"), constants=("+",)), "pool")
            == constants_for(task(("<x>", "c")), "pool")
            == (*POOL_INTS, *POOL_STRINGS)
        )
        assert constants_for(task((1, 2)), "pool") == POOL_INTS

    def test_discovery_does_not_look_at_given_ones(self):
        assert constants_for(task(("a-b", "a"), constants=("+",)), "discovered") == discovered(("a-b", "a"))

    def test_one_and_true_are_two_constants(self):
        assert constants_for(task((1, 2), constants=(1, True, 1)), "given") == (1, True)

    def test_unknown_source(self):
        with pytest.raises(ConfigError, match="given, pool, discovered"):
            Settings(constants="guessed")  # type: ignore[arg-type]


class TestStrings:
    def test_punctuation_that_occurs(self):
        assert {"@", "."} <= set(discovered(("ada@site.org", "ada"), ("kay@other.com", "kay")))
        assert "@" not in discovered(("ada", "a"), ("kay", "k"))

    def test_runs_of_punctuation(self):
        assert "://" in discovered(("http://a", "a"), ("ftp://b", "b"))
        assert "..." in discovered(("wait...", "wait"))

    def test_words_that_inputs_share(self):
        assert {"com", "org"} <= set(discovered(("a.com", "A"), ("b.org", "B"), ("cc.com", "A"), ("d.org", "B")))

    def test_marked_pieces(self):
        assert "<COMPANY>" in discovered(("Dear <COMPANY>, hi", "Acme", "Dear Acme, hi"), ("From <COMPANY>: no", "Bell", "From Bell: no"))

    def test_what_no_input_can_have_given(self):
        assert {"Mr. "} <= set(discovered(("Lee", "Mr. Lee"), ("Kim", "Mr. Kim")))
        assert "#" in discovered(("a", "#a"))

    def test_what_outputs_end_with(self):
        assert " cm" in discovered(("12", "12 cm"), ("7", "7 cm"))

    def test_outputs_that_return(self):
        found = discovered(("5", "low"), ("7", "low"), ("99", "high"), ("98", "high"))
        assert {"low", "high"} <= set(found)

    def test_the_empty_string_is_always_there_for_text(self):
        assert "" in discovered(("a", "b"))
        assert not any(isinstance(value, str) for value in discovered((1, 2)))

    def test_there_is_a_limit(self):
        rows = [(f"{chr(0x4E00 + 7 * i)}!{chr(0x21 + i)}", "".join(chr(0x3041 + 3 * i + j) for j in range(3))) for i in range(14)]
        assert len([value for value in discovered(*rows) if isinstance(value, str)]) <= MAX_STRINGS + 1

    def test_the_order_of_examples_does_not_matter_much(self):
        rows = [("ada@site.org", "ada"), ("kay@other.com", "kay"), ("bob@x.org", "bob")]
        assert set(discovered(*rows)) == set(discovered(*reversed(rows)))


class TestInts:
    def test_small_ones_are_always_there(self):
        assert discovered((4, 5), (9, 2))[: len(SMALL_INTS)] == SMALL_INTS

    def test_slope_and_offset(self):
        assert {7, 13} <= set(discovered((1, 20), (2, 27), (5, 48)))
        assert {7, 13} <= set(discovered(((1, 2), (20, 27)), ((5,), (48,))))

    def test_offsets_over_lists(self):
        assert 40 in discovered(((3, 9), (43, 49)), ((0,), (40,)))

    def test_common_length(self):
        assert 9 in discovered(("abc", "000000abc"), ("x", "00000000x"))

    def test_common_member(self):
        assert 77 in discovered(((1,), (1, 77)), ((2, 3), (2, 3, 77)))

    def test_bounds(self):
        assert 50 in discovered(((60, 3, 70), (50, 3, 50)), ((4, 90), (4, 50)))

    def test_numbers_written_in_every_output(self):
        assert 2024 in discovered(("May", "May 2024"), ("June", "June 2024"))

    def test_there_is_a_limit(self):
        found = discovered(*[((i, i * i), (i + 100, i + 200, 31, 32, 33, 34)) for i in range(9)])
        assert len(found) <= len(SMALL_INTS) + MAX_INTS

    def test_all_are_values_of_the_language(self):
        for value in discovered((1, 2**31 - 1), (2, -(2**31) + 1)):
            assert isinstance(value, int) and abs(value) < 2**31


class TestClassNames:
    def test_offered_where_the_token_words_are(self):
        assert class_names(task(("a", "b")), OPS) == TOKEN_CLASSES
        assert class_names(task(("a", "b")), {"sort", "upper"}) == ()
        assert class_names(task((1, 2)), OPS) == ()

    def test_each_is_a_class_of_the_token_words(self):
        from dsl.machine import answer
        from dsl.parser import parse
        from dsl.values import Stuck

        for name in TOKEN_CLASSES:
            assert not isinstance(answer(parse(f'"{name}" count-class'), ("Ab 12 cD EF",)), Stuck)


@pytest.mark.parametrize(
    ("output", "inputs", "pieces"),
    [
        ("Mr. Lee", ["Lee"], ["Mr. "]),
        ("a-b", ["ab"], ["-"]),
        ("(12)", ["12"], ["(", ")"]),
        ("ADA", ["ada"], []),
        ("x", [], ["x"]),
        ("", ["a"], []),
    ],
)
def test_uncopyable(output, inputs, pieces):
    assert uncopyable(output, inputs) == pieces


@pytest.mark.parametrize(
    ("a", "b", "common"), [("abcd", "xbcy", "bc"), ("abc", "abc", "abc"), ("ab", "cd", ""), ("", "a", ""), ("xaby", "ab xa", "xa")]
)
def test_longest_common_substring(a, b, common):
    assert longest_common_substring(a, b) == common


class TestPrices:
    def priced(self, *rows, source="discovered", constants=None):
        return {push.value: cost for push, cost in priced_constants(task(*rows, constants=constants), source, DEFAULT, OPS)}

    def test_none_is_none(self):
        assert constants_for(task(("a-b", "a"), constants=("+",)), "none") == ()
        assert self.priced(("a-b", "a"), source="none") == {}

    def test_delimiters_of_most_examples_are_cheap(self):
        prices = self.priced(("ada lee@x.org", "ada"), ("kay jones@y.org", "kay"), ("bob ross@z.com #1", "bob"))
        assert prices["@"] == prices[" "] == 1 < prices["#"]

    def test_marks_are_cheap(self):
        assert self.priced(("Dear <NAME>, hi", "Al", "Dear Al, hi"), ("Hello <NAME>", "Bo", "Hello Bo"))["<NAME>"] == 1

    def test_few_texts_cost_one(self):
        rows = [("a-b.c/d:e;f,g_h#i", "x"), ("j-k.l/m:n;o,p_q#r", "y")]
        assert sum(cost == 1 for value, cost in self.priced(*rows).items() if isinstance(value, str)) <= NUM_CHEAP

    def test_small_ints_are_cheap(self):
        assert {self.priced((4, 5), (9, 2))[value] for value in SMALL_INTS} == {1}
        assert {self.priced(("a", "b"))[value] for value in (0, 1, -1)} == {1}

    def test_widths(self):
        assert self.priced(("7", "0007"), ("12", "0012"))[4] == 1
        assert self.priced(("abcdefgh", "abcde"), ("abc", "abc"), ("xyzxyzx", "xyzxy"))[5] == 1
        assert self.priced(("2019-03-04", "2019/03/04"), ("2020-12-01", "2020/12/01"))[10] == 3

    def test_classes_cost_more(self):
        prices = self.priced(("a", "b"))
        assert {prices[name] for name in TOKEN_CLASSES} == {2, 3}

    def test_given_ones_are_all_there(self):
        prices = self.priced(("a-b", "a"), source="given", constants=("+", "-", 7, True))
        assert {"+", "-", 7, True} <= prices.keys() and prices["-"] < prices["+"]

    def test_cheapest_first(self):
        prices = list(self.priced(("a-b.c", "a"), ("d-e", "d")).values())
        assert prices == sorted(prices)

    def test_limits_of_the_profile(self):
        priced = priced_constants(task((1, 2), constants=(5, 5_000)), "given", DEFAULT.with_limits(int_min=-100, int_max=100), OPS)
        assert [push.value for push, _ in priced] == [5]


def test_pieces_that_cut_words_are_trimmed():
    found = discovered(("Product Area", "PA"), ("Profit Arena", "PA"))
    assert "Pro" not in found and " " in found


def test_of_runs_the_longest_and_the_character():
    found = discovered(("7", "0007"), ("12", "0012"), ("345", "0345"))
    assert {"0", "000"} <= set(found) and "00" not in found
