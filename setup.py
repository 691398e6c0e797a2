"""Copy into the package what a new synthesis starts from; all else about it stands in pyproject.toml."""

import runpy
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

STARTER = Path("src", "evidencebook", "starter")


class WithShared(build_py):
    """Build as ever, then add the files that `evidencebook.starter` names."""

    def run(self) -> None:
        """Copy them to where the package is being built; an editable install reads them where they are."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "evidencebook", "starter", "shared")
        for name in runpy.run_path(str(STARTER / "__init__.py"))["SHARED"]:
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if Path(name).is_dir():
                shutil.copytree(name, place, dirs_exist_ok=True)
            else:
                shutil.copy(name, place)


setup(cmdclass={"build_py": WithShared})
