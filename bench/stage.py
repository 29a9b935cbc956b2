"""What the benchmarks of the whole program stand on: a keychain that nobody else sees, sandboxes, and gantry signed in."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request


def in_a_private_session():
    """Starts the script again inside a D-Bus session of its own, whose keyring nobody else sees, and unlocks that."""
    if not sys.platform.startswith("linux"):
        return
    if os.environ.get("GANTRY_BENCH_SESSION"):
        unlock_keyring()
        return
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if not shutil.which(program):
            sys.exit(f"{program} is missing: install dbus and gnome-keyring (`cargo xtask test` installs them).")
    home = tempfile.mkdtemp(prefix="gantry-bench-")
    environment = dict(os.environ, GANTRY_BENCH_SESSION=home, HOME=home, XDG_DATA_HOME=f"{home}/data", XDG_RUNTIME_DIR=home)
    done = subprocess.run(["dbus-run-session", "--", sys.executable, *sys.argv], env=environment, check=False)
    shutil.rmtree(home, ignore_errors=True)
    sys.exit(done.returncode)


def unlock_keyring():
    subprocess.run(
        ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--daemonize"],
        input=b"bench", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )
    time.sleep(0.5)


def gantry_program():
    return os.environ.get("GANTRY_BIN") or sys.exit("GANTRY_BIN names no gantry")


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def get(url, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return json.load(answer)


@contextlib.contextmanager
def sandboxes(gantry, count, *options):
    """So many sandboxes, by their base URLs."""
    started = [subprocess.Popen(
        [gantry, "sandbox", "--port", "0", "--seed", "owner", *options, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) for _ in range(count)]
    try:
        yield [json.loads(sandbox.stdout.readline())["base_url"].rstrip("/") for sandbox in started]
    finally:
        for sandbox in started:
            sandbox.terminate()
            sandbox.wait()


def connect(gantry, base, user, environment, secret, allow):
    """Adds the OAuth client in the file `secret` and signs `user` in: the consent page is told to say yes, and this script is
    the browser."""
    subprocess.run([gantry, "oauth-client", "add", str(secret), "--json"], env=environment, stdout=subprocess.DEVNULL, check=True)
    post(f"{base}/_control/consent", {"mode": "allow", "account": user, "scopes": None})
    process = subprocess.Popen(
        [gantry, "connect", "--allow", allow, "--no-browser", "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    for line in process.stdout:
        event = json.loads(line)
        if event.get("event") == "open_url":
            urllib.request.urlopen(event["url"]).read()
        if "error" in event:
            sys.exit(f"gantry connect failed: {line}")
    if process.wait() != 0:
        sys.exit(f"gantry connect failed: {process.stderr.read()}")
