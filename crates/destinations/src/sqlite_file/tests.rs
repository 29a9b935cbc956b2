//! What callers of a SQLite destination depend on.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn table(columns: &[(&str, ColumnKind, bool)]) -> TableSpec {
    let column = |(name, kind, key): &(&str, ColumnKind, bool)| Column {
        name: (*name).to_owned(),
        kind: *kind,
        key: *key,
    };
    TableSpec {
        name: "report".to_owned(),
        columns: columns.iter().map(column).collect(),
    }
}

fn daily() -> TableSpec {
    table(&[
        ("date", ColumnKind::Text, true),
        ("country", ColumnKind::Text, true),
        ("activeUsers", ColumnKind::Integer, false),
        ("revenue", ColumnKind::Real, false),
    ])
}

fn batch(rows: &[[&str; 4]]) -> RowBatch {
    let mut batch = RowBatch::new(4);
    for row in rows {
        batch.push_row(row.iter().copied());
    }
    batch
}

fn load(path: &Path, spec: &TableSpec, batch: &RowBatch) -> Written {
    let mut file = Box::new(SqliteFile::open(path, spec).unwrap());
    let written = file.write(batch).unwrap();
    file.finish().unwrap();
    written
}

fn counts(inserted: u64, updated: u64, unchanged: u64) -> Written {
    Written {
        inserted,
        updated,
        unchanged,
    }
}

#[test]
fn rows_are_replaced_by_key_and_typed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let first = batch(&[
        ["20260101", "DE", "5", "1.25"],
        ["20260101", "FR", "7", "(none)"],
        ["20260102", "DE", "", "0"],
    ]);
    assert_eq!(load(&path, &daily(), &first), counts(3, 0, 0));
    let second = batch(&[
        ["20260101", "DE", "6", "1.25"],
        ["20260101", "FR", "7", "(none)"],
        ["20260103", "DE", "1", "2"],
    ]);
    assert_eq!(load(&path, &daily(), &second), counts(1, 1, 1));

    let reader = Connection::open(&path).unwrap();
    let mut statement = reader
        .prepare("SELECT date || country, quote(activeUsers), typeof(revenue), quote(revenue) FROM report ORDER BY date, country")
        .unwrap();
    let rows: Vec<(String, String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let expected = [
        ("20260101DE", "6", "real", "1.25"),
        ("20260101FR", "7", "text", "'(none)'"),
        ("20260102DE", "NULL", "real", "0.0"),
        ("20260103DE", "1", "real", "2.0"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(a, b, c, d)| (a.to_string(), b.to_string(), c.to_string(), d.to_string()))
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn a_load_in_which_nothing_changed_does_not_touch_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let rows = batch(&[
        ["20260101", "DE", "5", "1.25"],
        ["20260101", "FR", "7", "3"],
        ["20260102", "DE", "", "x"],
    ]);
    load(&path, &daily(), &rows);
    let before = std::fs::read(&path).unwrap();
    assert_eq!(load(&path, &daily(), &rows), counts(0, 0, 3));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn only_what_stays_is_counted_as_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let rows_in_file = || {
        let reader = Connection::open(&path).unwrap();
        reader
            .query_row("SELECT count(*) FROM report", [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let mut file = SqliteFile::open(&path, &daily()).unwrap();
    file.write(&batch(&[["20260101", "DE", "5", "1"], ["20260101", "FR", "7", "3"]]))
        .unwrap();
    assert_eq!((file.kept(), rows_in_file()), (counts(0, 0, 0), 0));
    file.keep().unwrap();
    assert_eq!((file.kept(), rows_in_file()), (counts(2, 0, 0), 2));
    file.write(&batch(&[["20260101", "DE", "6", "1"], ["20260102", "DE", "1", "1"]]))
        .unwrap();
    assert_eq!(file.kept(), counts(2, 0, 0));
    drop(file);
    assert_eq!(rows_in_file(), 2, "what was not kept is gone");
}

#[test]
fn another_table_of_that_name_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    load(&path, &daily(), &batch(&[["20260101", "DE", "5", "1"]]));
    let mut other = daily();
    other.columns.pop();
    match SqliteFile::open(&path, &other) {
        Err(DestinationError::TableDiffers { found, wanted, .. }) => {
            assert_eq!(
                found,
                "date TEXT key, country TEXT key, activeUsers INTEGER, revenue REAL"
            );
            assert_eq!(wanted, "date TEXT key, country TEXT key, activeUsers INTEGER");
        }
        unexpected => panic!("{unexpected:?}"),
    }
    let mut reordered = daily();
    reordered.columns.swap(0, 3);
    assert!(SqliteFile::open(&path, &reordered).is_ok(), "order does not matter");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE VIEW seen AS SELECT 1 AS one")
        .unwrap();
    let view = TableSpec {
        name: "Seen".to_owned(),
        ..daily()
    };
    assert!(matches!(
        SqliteFile::open(&path, &view),
        Err(DestinationError::TableDiffers { .. })
    ));
}

#[test]
fn awkward_names_are_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let mut spec = daily();
    spec.name = "x\"; DROP TABLE report; --".to_owned();
    spec.columns[0].name = "customEvent:größe \"[€]".to_owned();
    spec.columns[2].name = "select".to_owned();
    let rows = batch(&[["'; --", "🇩🇪", "5", "1"]]);
    assert_eq!(load(&path, &spec, &rows), counts(1, 0, 0));
    assert_eq!(load(&path, &spec, &rows), counts(0, 0, 1));
    for bad in ["", " ", "a\0b", "sqlite_stat1"] {
        let spec = TableSpec {
            name: bad.to_owned(),
            ..daily()
        };
        assert!(
            matches!(SqliteFile::open(&path, &spec), Err(DestinationError::BadName(_))),
            "{bad:?}"
        );
    }
    let twice = table(&[("a", ColumnKind::Text, true), ("A", ColumnKind::Text, false)]);
    assert!(matches!(
        SqliteFile::open(&path, &twice),
        Err(DestinationError::RepeatedColumn(_))
    ));
    let no_key = table(&[("a", ColumnKind::Text, false)]);
    assert!(matches!(SqliteFile::open(&path, &no_key), Err(DestinationError::NoKey)));
}

#[test]
fn what_is_no_database_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let notes = "not a database, and longer than a header of SQLite's ".repeat(40);
    std::fs::write(&path, &notes).unwrap();
    assert!(matches!(
        SqliteFile::open(&path, &daily()),
        Err(DestinationError::NotADatabase { .. })
    ));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), notes);
}

#[test]
fn a_table_of_keys_alone_is_filled_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let spec = table(&[("date", ColumnKind::Text, true)]);
    let mut rows = RowBatch::new(1);
    rows.push_row(["20260101"]);
    assert_eq!(load(&path, &spec, &rows), counts(1, 0, 0));
    assert_eq!(load(&path, &spec, &rows), counts(0, 0, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However rows are cut into batches and loads, the table is the map from key to last value, and the counts add up.
    #[test]
    fn the_table_is_a_map(loads in prop::collection::vec(
        prop::collection::vec((0u8..6, 0u8..3, 0u8..4), 0..25), 1..5,
    )) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        let mut expected: BTreeMap<(String, String), String> = BTreeMap::new();
        for rows in &loads {
            let mut file = Box::new(SqliteFile::open(&path, &daily()).unwrap());
            for part in rows.chunks(7) {
                let mut batch = RowBatch::new(4);
                for (date, country, users) in part {
                    let (date, country, users) = (date.to_string(), country.to_string(), users.to_string());
                    batch.push_row([date.as_str(), &country, &users, "1"]);
                    expected.insert((date, country), users);
                }
                let before = expected.len();
                let written = file.write(&batch).unwrap();
                prop_assert_eq!(written.rows(), part.len() as u64);
                prop_assert!(written.inserted <= before as u64);
            }
            file.finish().unwrap();
        }
        let reader = Connection::open(&path).unwrap();
        let mut statement = reader.prepare("SELECT date, country, activeUsers FROM report").unwrap();
        let found: BTreeMap<(String, String), String> = statement
            .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?.to_string())))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        prop_assert_eq!(found, expected);
    }
}
