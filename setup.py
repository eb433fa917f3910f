"""The wheel takes the top of the repository along: app.py, pages/ and Streamlit's settings, as `cvxdnn/site`.

Hosts look for them at the top, and `cvxdnn app` in what is installed. All else is said in pyproject.toml.
"""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

TOP = ("app.py", ".streamlit/config.toml", "pages/*.py")


class BuildWithTop(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:  # then the top itself is there
            return
        for source in (found for pattern in TOP for found in Path().glob(pattern)):
            target = Path(self.build_lib, "cvxdnn", "site", source)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(source, target)


setup(cmdclass={"build_py": BuildWithTop})
