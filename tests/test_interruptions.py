"""A build that is killed at any moment leaves whole what was good, and the next one ends as if nothing had been."""

import pytest
from interruptions import interrupt, prepare

from evidencebook.project import Project

pytestmark = pytest.mark.build
MOMENTS = 8


def test_builds_killed_at_random_moments_lose_nothing(mini, tmp_path):
    import shutil

    root = tmp_path / "mini"
    shutil.copytree(mini.root, root)

    killed = interrupt(prepare(root), MOMENTS, seed=20180625, chain=4)

    assert killed.total() == MOMENTS
    assert Project(root).report_pdf.is_file()
