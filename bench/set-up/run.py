"""Sets 50 clients up with the template `shop` against the sandbox at 50 ms latency, without quota. Side by side:

  links     `gantry provision --from clients.csv --template shop --links`, the whole process
  in turn   the same without `--links`: one page after the other, as a person at the browser has it
  python    google-api-python-client (baseline.py), one call per object, nothing read back, the whole process

A script accepts the Terms of Service of all at once. Wall clock, and calls from the sandbox's own log, with and without the
reads that only make sure; what was made is read back from the sandbox and compared. The aim is held by both modes, or missed. Prints a table and keeps it as bench/results/set-up.json. A missed aim is printed as missed.

`cargo xtask bench set-up` runs this with the interpreter of .venv and GANTRY_BIN set. It needs Linux or macOS, and for gantry's
sign-in a keychain: on Linux dbus-run-session and gnome-keyring-daemon, of which it starts private ones.
"""

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from stage import connect, gantry_program, get, in_a_private_session, post, sandboxes

RESULTS = HERE.parent / "results" / "set-up.json"
CLIENTS = int(os.environ.get("GANTRY_BENCH_CLIENTS", "50"))
LATENCY_MS = 50
AIM = 5.0
SCOPES = [f"https://www.googleapis.com/auth/{scope}" for scope in (
    "analytics.readonly", "analytics.edit", "tagmanager.readonly", "tagmanager.edit.containers", "tagmanager.edit.containerversions",
    "tagmanager.publish",
)]


def accept(base, user, url):
    """Presses Accept on the page that `url` leads to, and follows the redirect."""
    ticket = urllib.parse.urlparse(url).fragment.rsplit("/", 1)[-1]
    form = urllib.parse.urlencode({"decision": "accept", "account": user}).encode()
    urllib.request.urlopen(f"{base}/analytics.google.com/_terms/{ticket}", form).read()


def with_gantry(gantry, base, user, file, environment, mode):
    started = time.monotonic()
    process = subprocess.Popen(
        [gantry, "provision", "--from", str(file), "--template", "shop", *mode, "--no-browser", "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    done = None
    for line in process.stdout:
        event = json.loads(line)
        if event.get("event") == "open_url":
            threading.Thread(target=accept, args=(base, user, event["url"])).start()
        elif event.get("event") == "done":
            done = event["result"]
        elif "error" in event:
            sys.exit(f"gantry provision failed: {line}")
    code, seconds = process.wait(), time.monotonic() - started
    if code != 0 or done is None:
        sys.exit(f"gantry provision ended with {code}: {[row['problem'] for row in (done or {'rows': []})['rows'] if row['problem']][:3]}")
    made = [{
        "property": f"properties/{row['result']['property_id']}",
        "container": f"accounts/{row['result']['container']['account_id']}/containers/{row['result']['container']['container_id']}",
        "measurement": row["result"]["measurement_id"],
    } for row in done["rows"]]
    return seconds, made


def with_python(base, user, entities, clients, token):
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(HERE / "baseline.py"), base, user, "http://127.0.0.1:27490/terms", str(entities), str(clients)],
        env=dict(os.environ, GANTRY_BENCH_TOKEN=token), stdout=subprocess.PIPE, check=True,
    )
    return time.monotonic() - started, json.loads(done.stdout)


def log(base):
    """The calls of the two APIs in the sandbox's log."""
    seen = get(f"{base}/_control/log")["requests"]
    return [one for one in seen if one["host"] in ("analyticsadmin.googleapis.com", "tagmanager.googleapis.com")]


def calls(base):
    """Calls of the two APIs: all, the reads among them, and of these the ones that only make sure."""
    ours = log(base)
    reads = [one for one in ours if one["method"] == "GET"]
    # For a new account with a new container: the accounts from before each ticket, which tell a lost answer's account.
    safety = [one for one in reads if one["path"].rsplit("/", 1)[-1] in ("accounts", "accountSummaries") and one["host"].startswith("analyticsadmin")]
    return len(ours), len(reads), len(safety)


def one_client(gantry, base, home, user):
    """Sets one client up whole, and lists the calls: what is called, and how often, in the order of the first."""
    environment = dict(os.environ, GANTRY_HOME=str(home), GANTRY_GOOGLE_BASE_URL=base)
    before = len(log(base))
    process = subprocess.Popen(
        [gantry, "provision", "--template", "shop", "--account-name", "One client", "--property-name", "One client", "--website",
         "https://one-client.example", "--time-zone", "Europe/London", "--currency", "GBP", "--country", "GB", "--new-container", "--no-browser", "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    for line in process.stdout:
        event = json.loads(line)
        if event.get("event") == "open_url":
            threading.Thread(target=accept, args=(base, user, event["url"])).start()
        elif "error" in event:
            sys.exit(f"gantry provision failed: {line}")
    if process.wait() != 0:
        sys.exit("gantry provision failed")
    counted = {}
    for one in log(base)[before:]:
        words = [word for word in one["path"].split("/")[2:] if not any(sign.isdigit() for sign in word.split(":")[0])]
        # `containers/5:publish` is named by its verb, `accounts/5/containers` by its last word.
        last = one["path"].rsplit("/", 1)[-1]
        what = last.split(":", 1)[1] if ":" in last and last[0].isdigit() else words[-1]
        key = ("Tag Manager" if one["host"].startswith("tagmanager") else "Analytics", one["method"], what)
        counted[key] = counted.get(key, 0) + 1
    return [{"api": api, "method": method, "what": what, "calls": count} for (api, method, what), count in counted.items()]


def since(base, before):
    return [now - then for now, then in zip(calls(base), before, strict=True)]


def what_is_there(base, token, made):
    """Key events, custom dimensions and live entities of each client."""
    counts = []
    for one in made:
        admin, tags = f"{base}/analyticsadmin.googleapis.com/v1beta/{one['property']}", f"{base}/tagmanager.googleapis.com/tagmanager/v2/{one['container']}"
        live = get(f"{tags}/versions:live", token)
        counts.append((
            len(get(f"{admin}/keyEvents", token)["keyEvents"]), len(get(f"{admin}/customDimensions", token)["customDimensions"]),
            sum(len(live.get(kind, [])) for kind in ("tag", "trigger", "variable", "folder")), len(get(f"{admin}/dataStreams", token)["dataStreams"]),
        ))
    return counts


def entities_of(base, token, one, file):
    live = get(f"{base}/tagmanager.googleapis.com/tagmanager/v2/{one['container']}/versions:live", token)
    dimensions = get(f"{base}/analyticsadmin.googleapis.com/v1beta/{one['property']}/customDimensions", token)["customDimensions"]
    events = get(f"{base}/analyticsadmin.googleapis.com/v1beta/{one['property']}/keyEvents", token)["keyEvents"]
    keep = ("parameterName", "displayName", "scope", "description")
    entities = {kind: live.get(kind, []) for kind in ("folder", "variable", "trigger", "tag")}
    entities["dimensions"] = [{field: dimension[field] for field in keep if field in dimension} for dimension in dimensions]
    # Google makes `purchase` itself.
    entities["key_events"] = [
        {"eventName": event["eventName"], "countingMethod": event["countingMethod"]} for event in events if event["eventName"] != "purchase"
    ]
    entities["measurement"] = one["measurement"]
    file.write_text(json.dumps(entities))


def main():
    in_a_private_session()
    gantry = gantry_program()
    # One each: Google lets a user have 100 accounts, and so does the sandbox.
    with (
        tempfile.TemporaryDirectory(prefix="gantry-bench-set-up-", ignore_cleanup_errors=True) as folder,
        sandboxes(gantry, 3, "--no-quota", "--latency-ms", str(LATENCY_MS)) as bases,
    ):
        benchmark(gantry, *bases, Path(folder))


def set_up_with(gantry, base, home, user, secret, file, mode):
    """One mode of gantry in a home of its own: seconds, calls and what was made."""
    environment = dict(os.environ, GANTRY_HOME=str(home), GANTRY_GOOGLE_BASE_URL=base)
    connect(gantry, base, user, environment, secret, "view,configure,edit,publish")
    # The sandbox counts no quota here; Gantry's own ledger must not either.
    limits_off(home)
    before = calls(base)
    seconds, made = with_gantry(gantry, base, user, file, environment, mode)
    spent = since(base, before)
    print(f"gantry {' '.join(mode) or 'in turn'}: {seconds:.1f} s, {spent[0]} calls, of these {spent[1]} reads", file=sys.stderr)
    return seconds, spent, made


def benchmark(gantry, base, in_turn_base, other, folder):
    practice = get(f"{base}/_control/practice")
    user = next(known["email"] for known in practice["users"] if "newcomer" not in known["email"])
    token = post(f"{base}/_control/tokens/issue", {"email": user, "scopes": SCOPES})["access_token"]
    secret = folder / "client_secret.json"
    secret.write_text(json.dumps(practice["oauth_clients"]["installed"]))
    file = folder / "clients.csv"
    lines = [f"Client {n:02};https://client-{n:02}.example;Europe/London;GBP;GB" for n in range(CLIENTS)]
    file.write_text("\ufeffClient;Website;Time zone;Currency;Country\r\n" + "\r\n".join(lines) + "\r\n")
    ours, spent, made = set_up_with(gantry, base, folder / "links", user, secret, file, ["--links"])
    in_turn, spent_in_turn, made_in_turn = set_up_with(gantry, in_turn_base, folder / "in-turn", user, secret, file, [])
    alone = one_client(gantry, in_turn_base, folder / "in-turn", user)
    entities, clients = folder / "entities.json", folder / "clients.json"
    entities_of(base, token, made[0], entities)
    clients.write_text(json.dumps([[f"Other {n:02}", f"https://other-{n:02}.example"] for n in range(CLIENTS)]))
    others_token = post(f"{other}/_control/tokens/issue", {"email": user, "scopes": SCOPES})["access_token"]
    again = calls(other)
    theirs, others = with_python(other, user, entities, clients, others_token)
    last = since(other, again)
    in_turn_token = post(f"{in_turn_base}/_control/tokens/issue", {"email": user, "scopes": SCOPES})["access_token"]
    found, wanted = what_is_there(base, token, made), what_is_there(other, others_token, others)
    found_in_turn = what_is_there(in_turn_base, in_turn_token, made_in_turn)
    same = sorted(found) == sorted(wanted) == sorted(found_in_turn)
    report({
        "clients": CLIENTS, "latency_ms": LATENCY_MS,
        "links": result(ours, theirs, spent), "in_turn": result(in_turn, theirs, spent_in_turn), "python": result(theirs, theirs, last),
        "per_client": found[0], "same_result": same, "one_client": alone,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
    })
    if not same:
        sys.exit(f"the results differ: {sorted(set(found))}, {sorted(set(found_in_turn))} and {sorted(set(wanted))}")


def result(seconds, theirs, spent):
    return {
        "seconds": round(seconds, 2), "times_faster": round(theirs / seconds, 2), "calls": spent[0], "reads": spent[1],
        "safety_reads": spent[2], "calls_without_safety_reads": spent[0] - spent[2],
    }


def limits_off(home):
    """Raises all quotas out of the way, in this home's settings."""
    database = next(path for path in home.rglob("*") if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3")
    with sqlite3.connect(database) as connection:
        for name in ("tag_manager.per_window", "tag_manager.per_day", "analytics_admin.per_minute", "analytics_admin.writes_per_minute"):
            connection.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?, '1000000')", (f"quota.{name}",))


def report(found):
    print(f"\n{found['clients']} clients with the template shop, {found['latency_ms']} ms a request ({found['machine']})\n")
    ways = {"links": "links", "in_turn": "in turn", "python": "python"}
    print(" " * 28 + "".join(f"{name:>12}" for name in ways.values()))
    rows = {
        "wall clock, s": "seconds", "calls": "calls", "of these, reads": "reads", "of these, to make sure": "safety_reads",
        "calls without these": "calls_without_safety_reads",
    }
    for words, key in rows.items():
        print(f"{words:28}" + "".join(f"{found[way][key]:>12}" for way in ways))
    print(f"\none client alone, {sum(one['calls'] for one in found['one_client'])} calls:")
    for one in found["one_client"]:
        print(f"  {one['calls']:>3}  {one['api']}: {one['method']} {one['what']}")
    print(f"\nper client (key events, dimensions, entities, streams): {found['per_client']}; the same: {found['same_result']}")
    for way in ("links", "in_turn"):
        times = found[way]["times_faster"]
        print(f"{ways[way]}: {times} times faster; aim: at least {AIM}: {'met' if times >= AIM else 'MISSED'}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
