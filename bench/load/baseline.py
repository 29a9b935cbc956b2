"""What one would write today: google-api-python-client for the report, sqlite3 for the table.

    baseline.py BASE PROPERTY DIMENSION,... METRIC,... FILE      (the access token comes in GANTRY_BENCH_TOKEN)
"""

import os
import sqlite3
import sys

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build


def main():
    base, prop, dimensions, metrics, file = sys.argv[1:]
    dimensions, metrics = dimensions.split(","), metrics.split(",")
    service = build(
        "analyticsdata", "v1beta", static_discovery=True, credentials=Credentials(os.environ["GANTRY_BENCH_TOKEN"]),
        client_options={"api_endpoint": f"{base}/analyticsdata.googleapis.com"},
    )
    body = {
        "dimensions": [{"name": name} for name in dimensions],
        "metrics": [{"name": name} for name in metrics],
        "dateRanges": [{"startDate": "28daysAgo", "endDate": "yesterday"}],
        "limit": "250000",
    }
    report = service.properties().runReport(property=f"properties/{prop}", body=body).execute()
    kinds = {header["name"]: "INTEGER" if header["type"] == "TYPE_INTEGER" else "REAL" for header in report["metricHeaders"]}
    number = [int if kinds[name] == "INTEGER" else float for name in metrics]

    columns = ", ".join([f'"{name}" TEXT NOT NULL' for name in dimensions] + [f'"{name}" {kinds[name]}' for name in metrics])
    key = ", ".join(f'"{name}"' for name in dimensions)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in metrics)
    marks = ", ".join("?" * (len(dimensions) + len(metrics)))
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS report ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")
        connection.executemany(
            f"INSERT INTO report VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {changes}",
            (
                [cell["value"] for cell in row["dimensionValues"]]
                + [of(cell["value"]) for of, cell in zip(number, row["metricValues"])]
                for row in report["rows"]
            ),
        )
    connection.close()


if __name__ == "__main__":
    main()
