"""The browser that the designer is tried in: an installed Chromium or Chrome, else one that is installed now.

Debian's package where this user may install packages, else Playwright's own download. Where neither can be, whoever asks is told
so in a sentence, and its tests fail with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(AssertionError):
    """There is none, and none can be installed."""


@cache
def executable() -> str | None:
    """Its path; None for the one that Playwright keeps itself."""
    found = _installed()
    if found is not None or _kept():
        return found
    told = [_by_apt()]
    found = _installed()
    if found is not None:
        return found
    asked = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode == 0:
        return None
    told.append(f"Playwright's download: {(done.stderr or done.stdout).strip()[-300:]}")
    raise NoBrowser(
        "no Chromium or Chrome is installed, and none could be installed: "
        f"{'; '.join(one for one in told if one)}. Install one, and run the tests again"
    )


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name)) is not None), None)


def _kept() -> bool:
    """Has Playwright one already?"""
    asked = [sys.executable, "-m", "playwright", "install", "--dry-run", "chromium"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False).stdout
    places = [line.partition(":")[2].strip() for line in told.splitlines() if "install location" in line.lower()]
    return bool(places) and all((Path(place) / "INSTALLATION_COMPLETE").exists() for place in places)


def _by_apt() -> str:
    """Why not; empty when it was done."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return "this user may not install packages"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
    ):
        done = subprocess.run(
            ["apt-get", *arguments], capture_output=True, text=True, env=environment, timeout=600, check=False
        )
        if done.returncode:
            return f"apt-get {arguments[0]}: {done.stderr.strip()[-300:]}"
    return ""
