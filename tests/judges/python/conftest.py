"""Starts one sandbox for all judges: GANTRY_BIN names the program that knows `sandbox` (gantry, or the crate's example `serve`)."""

import json
import os
import subprocess

import pytest

from agent import Agent
from dialling import Dialler

ADMIN = "ana.keller@northlight.example"
EDITOR = "ben.okafor@northlight.example"
ANALYST = "chiyo.tanaka@northlight.example"
VIEWER = "dario.rossi@northlight.example"
NEWCOMER = "noor.haddad@newcomer.example"


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
