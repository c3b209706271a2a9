from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from backend.policy.money import divide, fen_of, yuan_of

PARTS = (
    st.lists(st.integers(0, 50), min_size=1, max_size=5)
    .filter(sum)
    .map(lambda ns: {f"p{i}": Fraction(n, sum(ns)) for i, n in enumerate(ns)})
)


@given(st.integers(0, 10**12), PARTS)
def test_shares_add_up_to_the_whole_and_are_never_a_fen_off(fen, parts):
    shares = divide(fen, parts)
    assert sum(shares.values()) == fen
    assert all(abs(shares[p] - fen * parts[p]) < 1 for p in parts)


def test_a_third_of_an_odd_sum_gives_the_odd_fen_to_the_largest_remainder():
    assert divide(100, {"a": Fraction(1, 3), "b": Fraction(2, 3)}) == {"a": 33, "b": 67}


def test_yuan_and_fen_convert_exactly():
    assert fen_of(Fraction(1000, 3)) == 33333
    assert (yuan_of(120000), yuan_of(33333)) == (1200, 333.33)
