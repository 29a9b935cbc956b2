"""Starts one sandbox for all judges: GANTRY_BIN names the program that knows `sandbox` (gantry, or the crate's example `serve`)."""

import json
import os
import pathlib
import subprocess

import pytest

from agent import Agent
from dialling import Dialler

ADMIN = "ana.keller@northlight.example"
EDITOR = "ben.okafor@northlight.example"
ANALYST = "chiyo.tanaka@northlight.example"
VIEWER = "dario.rossi@northlight.example"
NEWCOMER = "noor.haddad@newcomer.example"


def pytest_collection_modifyitems(items):
    """What looks back on the whole session comes last."""
    items.sort(key=lambda item: item.get_closest_marker("looks_back") is not None)


@pytest.fixture
def whole_session(request):
    """Skips where only some of the judges were chosen."""
    modules = {path.name for path in pathlib.Path(__file__).parent.glob("test_*.py")}
    chosen = {item.path.name for item in request.session.items}
    options = request.config.option
    if modules - chosen or options.keyword or options.markexpr or any("::" in arg for arg in request.config.args):
        pytest.skip("only some of the judges were called")


@pytest.fixture(scope="session")
def sandbox():
    program = os.environ.get("GANTRY_BIN", "gantry")
    command = [program, "sandbox", "--port", "0", "--seed", "agency"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["base_url"].rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def google(sandbox):
    """A fresh world with Tag Manager's quota switched off, and the clients' diallers for it."""
    dialler = Dialler(sandbox)
    dialler.control("POST", "/reset", {"seed": "agency"})
    dialler.control("POST", "/quota", {"enabled": False})
    return dialler


@pytest.fixture
def agent(sandbox):
    return Agent(sandbox)
