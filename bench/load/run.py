"""First load of 250,000 rows x 11 columns of runReport JSON into an empty keyed SQLite table, and a second load in which
nothing changed. Side by side in one run, against the sandbox's pre-built gzip body, which all of them get:

  gantry    `gantry export run ... --to sqlite:FILE`, the whole process
  python    google-api-python-client and sqlite3 (baseline.py), the whole process
  curl      `curl | gunzip > /dev/null`: the network and the decompression alone

Prints a table, keeps it as bench/results/load.json and compares with the run before. A missed aim is printed as missed.

`cargo xtask bench load` runs this with the interpreter of .venv and GANTRY_BIN set. It needs Linux or macOS, curl, gunzip,
and for `gantry`'s sign-in a keychain: on Linux dbus-run-session and gnome-keyring-daemon, of which it starts private ones.
"""

import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from stage import connect, gantry_program, get, in_a_private_session, post, sandboxes

RESULTS = HERE.parent / "results" / "load.json"
ROWS = 250_000
ROUNDS = int(os.environ.get("GANTRY_BENCH_ROUNDS", "5"))
# The columns of the sandbox's pre-built answer (crates/sandbox/src/analytics_data/prebuilt.rs).
DIMENSIONS = ["date", "country", "city", "deviceCategory", "operatingSystem", "browser", "sessionSourceMedium", "pagePath"]
METRICS = ["sessions", "screenPageViews", "userEngagementDuration"]
SCOPES = ["https://www.googleapis.com/auth/analytics.readonly", "https://www.googleapis.com/auth/tagmanager.readonly"]
# The aims: (what, whether smaller is better, the aim).
AIMS = {
    "python_over_gantry": ("times faster than google-api-python-client + sqlite3", "at least", 8.0),
    "gantry_over_curl": ("times the time of curl | gunzip", "at most", 4.0),
    "gantry_rss_mb": ("MB of memory at most in use by gantry", "at most", 80.0),
}


def measured(command, environment=None, **kwargs):
    """Runs `command` to its end: seconds of wall clock, seconds of CPU, and the most memory it held, in MB."""
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, **kwargs)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}: {output.decode(errors='replace')[-2000:]}")
    in_kb = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "rss_mb": in_kb / 1024}, output


def main():
    in_a_private_session()
    gantry = gantry_program()
    with (
        tempfile.TemporaryDirectory(prefix="gantry-bench-load-", ignore_cleanup_errors=True) as folder,
        sandboxes(gantry, 1) as [base],
    ):
        benchmark(gantry, base, Path(folder))


def benchmark(gantry, base, folder):
    practice = get(f"{base}/_control/practice")
    user = next(known["email"] for known in practice["users"] if "newcomer" not in known["email"])
    token = post(f"{base}/_control/tokens/issue", {"email": user, "scopes": SCOPES})["access_token"]
    prop = prebuilt_report(base, token)

    environment = dict(os.environ, GANTRY_HOME=str(folder / "home"), GANTRY_GOOGLE_BASE_URL=base)
    secret = folder / "client_secret.json"
    secret.write_text(json.dumps(practice["oauth_clients"]["installed"]))
    connect(gantry, base, user, environment, secret, "view")

    with_gantry = lambda file: [
        gantry, "export", "run", "--json", "--property", prop, "--dimensions", ",".join(DIMENSIONS),
        "--metrics", ",".join(METRICS), "--from", "28daysAgo", "--until", "yesterday", "--to", f"sqlite:{file}?table=report",
    ]
    with_python = lambda file: [
        sys.executable, str(HERE / "baseline.py"), base, prop, ",".join(DIMENSIONS), ",".join(METRICS), str(file),
    ]
    headers = folder / "headers"
    headers.write_text(f"Authorization: Bearer {token}\nContent-Type: application/json\nAccept-Encoding: gzip\n")
    body = folder / "body.json"
    body.write_text(json.dumps(request()))
    url = f"{base}/analyticsdata.googleapis.com/v1beta/properties/{prop}:runReport?prettyPrint=false"
    with_curl = ["sh", "-c", f"curl -sS --fail -H @'{headers}' --data-binary @'{body}' '{url}' | gunzip > /dev/null"]

    found = {name: [] for name in ("gantry_first", "gantry_second", "python_first", "python_second", "curl")}
    for turn in range(ROUNDS):
        table = folder / f"gantry-{turn}.db"
        found["gantry_first"].append(measured(with_gantry(table), environment)[0])
        found["gantry_second"].append(measured(with_gantry(table), environment)[0])
        theirs = folder / f"python-{turn}.db"
        as_client = dict(os.environ, GANTRY_BENCH_TOKEN=token)
        found["python_first"].append(measured(with_python(theirs), as_client)[0])
        found["python_second"].append(measured(with_python(theirs), as_client)[0])
        found["curl"].append(measured(with_curl)[0])
        check_same_rows(table, theirs)
        table.unlink()
        theirs.unlink()
        print(f"round {turn + 1} of {ROUNDS}", file=sys.stderr)
    report(found)


def request():
    return {
        "dimensions": [{"name": name} for name in DIMENSIONS],
        "metrics": [{"name": name} for name in METRICS],
        "dateRanges": [{"startDate": "28daysAgo", "endDate": "yesterday"}],
        "limit": str(ROWS),
    }


def prebuilt_report(base, token):
    """Has the sandbox build the answer once; tells the property that it answers for."""
    accounts = get(f"{base}/analyticsadmin.googleapis.com/v1beta/accountSummaries", token)["accountSummaries"]
    prop = accounts[0]["propertySummaries"][0]["property"].removeprefix("properties/")
    built = post(f"{base}/_control/prebuilt", {"property": int(prop), "rows": ROWS})
    if built["rows"] != ROWS:
        sys.exit(f"the sandbox's pre-built answer has {built['rows']} rows")
    print(f"{ROWS} rows: {built['json_bytes']} bytes of JSON, {built['gzip_bytes']} gzipped", file=sys.stderr)
    return prop


def check_same_rows(ours, theirs):
    """Both tables must hold the same rows, else nothing was compared."""
    connection = sqlite3.connect(ours)
    connection.execute("ATTACH ? AS theirs", (str(theirs),))
    (mine,) = connection.execute("SELECT count(*) FROM report").fetchone()
    (different,) = connection.execute("SELECT count(*) FROM (SELECT * FROM report EXCEPT SELECT * FROM theirs.report)").fetchone()
    connection.close()
    if mine != ROWS or different:
        sys.exit(f"the tables differ: {mine} rows, {different} of them not in the other table")


def report(found):
    median = lambda name, what: statistics.median(run[what] for run in found[name])
    result = {
        "benchmark": "first load of 250,000 rows x 11 columns",
        "rounds": ROUNDS,
        "machine": {"cores": os.cpu_count(), "system": platform.platform()},
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "median": {name: {what: round(median(name, what), 3) for what in found[name][0]} for name in found},
    }
    gantry, curl = median("gantry_first", "seconds"), median("curl", "seconds")
    result["python_over_gantry"] = round(median("python_first", "seconds") / gantry, 2)
    result["gantry_over_curl"] = round(gantry / curl, 2)
    result["gantry_rss_mb"] = round(max(run["rss_mb"] for run in found["gantry_first"] + found["gantry_second"]), 1)
    result["second_over_first"] = round(median("gantry_second", "seconds") / gantry, 2)

    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else None
    print(f"\n{result['benchmark']}, median of {ROUNDS} rounds")
    print(f"{'':28}{'seconds':>9}{'CPU s':>9}{'RSS MB':>9}{'last run':>10}")
    labels = {
        "gantry_first": "gantry, first load", "gantry_second": "gantry, nothing changed",
        "python_first": "python, first load", "python_second": "python, nothing changed", "curl": "curl | gunzip",
    }
    for name, label in labels.items():
        row = result["median"][name]
        last = f"{before['median'][name]['seconds']:.3f}" if before else "-"
        # Of a pipe only the shell's own memory is known.
        rss = "-" if name == "curl" else f"{row['rss_mb']:.0f}"
        print(f"{label:28}{row['seconds']:>9.3f}{row['cpu_seconds']:>9.3f}{rss:>9}{last:>10}")
    print()
    for key, (what, bound, aim) in AIMS.items():
        value = result[key]
        met = value >= aim if bound == "at least" else value <= aim
        last = f", last run {before[key]}" if before else ""
        print(f"{value:>7} {what}: aim {bound} {aim:g}, {'met' if met else 'MISSED'}{last}")
    print(f"{result['second_over_first']:>7} of the first load's time for a second load in which nothing changed")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
