"""The package, built once for all cases, and its contents laid out as they would be installed."""

import functools
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"


def run(*command, **options):
    """Runs a command; its exit status and all that it said. Fails after a time that is ample."""
    options.setdefault("timeout", 300)
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, stdin=subprocess.DEVNULL, **options,
    )
    return done.returncode, done.stdout


@functools.cache
def package():
    """The path of the package."""
    done = subprocess.run(
        [ROOT / "tools/package"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(f"tools/package failed:\n{done.stdout}{done.stderr}")
    return ROOT / done.stdout.strip()


@functools.cache
def contents():
    """A directory with the package's files; DEBIAN has its scripts."""
    directory = Path(_keep().name) / "root"
    status, said = run("dpkg-deb", "--raw-extract", package(), directory)
    if status:
        raise RuntimeError(said)
    return directory


@functools.cache
def _keep():
    # Removed when the program ends.
    return tempfile.TemporaryDirectory(prefix="parley-package-")


def is_full():
    return os.environ.get("TEST_LEVEL") == "full"
