"""Agreement between two readers; the known answers are printed in the literature."""

import math

import pandas as pd
import pytest

from evidencebook.agreement import cross_table, kappa, share_agreed
from evidencebook.errors import ProjectError

# Cohen 1960, three diagnoses of 200 cases by two judges: p_o = .70, p_e = .41, kappa = .492.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
# Handbook example of the kappa.exe program (P. Bonnardel), 100 cases: p_o = .770, p_e = .336, kappa = .654.
BONNARDEL = [[25, 3, 5], [6, 32, 8], [1, 0, 20]]


@pytest.mark.parametrize(
    ("counts", "share", "statistic"),
    [(COHEN, 0.70, 0.492), (BONNARDEL, 0.770, 0.654)],
    ids=["Cohen 1960", "Bonnardel"],
)
def test_published_examples_give_the_printed_agreement(counts, share, statistic):
    table = pd.DataFrame(counts)

    assert share_agreed(table) == pytest.approx(share, abs=0.0005)
    assert kappa(table) == pytest.approx(statistic, abs=0.0005)


def test_swapping_the_readers_changes_nothing():
    assert kappa(pd.DataFrame(COHEN).T) == pytest.approx(kappa(pd.DataFrame(COHEN)))


def test_full_agreement_is_one_and_independent_readers_give_nought():
    assert kappa(pd.DataFrame([[7, 0], [0, 3]])) == 1
    assert kappa(pd.DataFrame([[4, 2], [2, 1]])) == pytest.approx(0)


def test_one_code_throughout_leaves_nothing_to_correct_for():
    assert math.isnan(kappa(pd.DataFrame([[9, 0], [0, 0]])))


def test_cross_table_keeps_the_order_of_codes_and_leaves_out_other_codes():
    first = pd.Series(["b", "a", "b", "", "a"])
    second = pd.Series(["a", "a", "b", "b", ""])

    table = cross_table(first, second, ["b", "a", "c"])

    assert table.to_numpy().tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert list(table.index) == list(table.columns) == ["b", "a", "c"]


@pytest.mark.parametrize("counts", [[[1, 2, 3], [4, 5, 6]], [[0, 0], [0, 0]]], ids=["not square", "no pair"])
def test_a_table_that_cannot_be_judged_is_refused(counts):
    with pytest.raises(ProjectError, match="agreement needs"):
        kappa(pd.DataFrame(counts))
