//! How fast rows reach a SQLite file: `cargo run --release -p gantry-destinations --example load_speed -- FILE`.

use std::time::Instant;

use gantry_destinations::{Column, ColumnKind, Destination, DestinationError, SqliteFile, TableSpec};
use gantry_domain::RowBatch;

const ROWS: usize = 250_000;
const ROWS_PER_BATCH: usize = 4_096;

fn main() -> Result<(), DestinationError> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "load_speed.db".to_owned());
    let dimensions = [
        "date",
        "country",
        "city",
        "deviceCategory",
        "browser",
        "sessionSource",
        "sessionMedium",
        "pagePath",
    ];
    let metrics = ["activeUsers", "sessions", "screenPageViews"];
    let key = |name: &&str| Column {
        name: (*name).to_owned(),
        kind: ColumnKind::Text,
        key: true,
    };
    let value = |name: &&str| Column {
        name: (*name).to_owned(),
        kind: ColumnKind::Integer,
        key: false,
    };
    let columns: Vec<Column> = dimensions.iter().map(key).chain(metrics.iter().map(value)).collect();
    let table = TableSpec {
        name: "report".to_owned(),
        columns,
    };
    for load in ["first", "second"] {
        let started = Instant::now();
        let mut file = Box::new(SqliteFile::open(&path, &table)?);
        let mut batch = RowBatch::new(11);
        for number in 0..ROWS {
            // Scattered, as a report ordered by a metric is.
            let n = number.wrapping_mul(0x9E37_79B9) % 1_000_003;
            let cells = [
                format!("202601{:02}", n % 28 + 1),
                format!("Country {}", n % 61),
                format!("City {}", n % 397),
                "desktop".to_owned(),
                format!("Browser {}", n % 7),
                format!("source{}", n % 23),
                "organic".to_owned(),
                format!("/a/page/{n}"),
                format!("{}", n % 900),
                format!("{}", n % 1100),
                format!("{}", n % 3000),
            ];
            batch.push_row(cells.iter().map(String::as_str));
            if batch.len() == ROWS_PER_BATCH {
                file.write(&batch)?;
                batch.clear();
            }
        }
        let written = file.write(&batch)?;
        file.finish()?;
        println!(
            "{load}: {:.3} s, last batch {written:?}",
            started.elapsed().as_secs_f64()
        );
    }
    Ok(())
}
