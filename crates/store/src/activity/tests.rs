use gantry_domain::TracedBody;

use super::*;

fn entry(number: u32) -> ActivityEntry {
    ActivityEntry {
        id: format!("a{number}"),
        at: Timestamp::from_second(i64::from(number)).unwrap(),
        connection_id: Some(if number.is_multiple_of(2) { "even" } else { "odd" }.to_owned()),
        api_method: "tagmanager.accounts.list".to_owned(),
        http_method: "GET".to_owned(),
        url: format!("https://tagmanager.googleapis.com/tagmanager/v2/accounts?n={number}"),
        status: Some(if number == 3 { 403 } else { 200 }),
        latency_ms: 12,
        retries: 0,
        bytes_sent: 0,
        bytes_received: 99,
        quota_cost: 1,
        writes: number == 4,
        earlier: Vec::new(),
        error_code: (number == 3).then(|| "permission_denied".to_owned()),
        error_message: None,
        failure: (number == 3).then(|| FailureDetails {
            reason: Some("insufficientPermissions".to_owned()),
            ..Default::default()
        }),
    }
}

fn trace(size: usize) -> HttpTrace {
    HttpTrace {
        request_headers: vec![("authorization".to_owned(), "Bearer [redacted]".to_owned())],
        response_body: Some(TracedBody {
            text: "x".repeat(size),
            cut: false,
        }),
        ..Default::default()
    }
}

async fn ids(store: &Store, filter: ActivityFilter, limit: u32) -> Vec<String> {
    let entries = store.activity(filter, limit).await.unwrap();
    entries.into_iter().map(|entry| entry.id).collect()
}

#[tokio::test]
async fn requests_are_listed_newest_first_filtered_and_paged() {
    let store = Store::in_memory().await.unwrap();
    let known = crate::ConnectionRecord::new("even", "s", "maya@brightwater.example", "c", Timestamp::UNIX_EPOCH);
    store.put_connection(known).await.unwrap();
    (1..=5).for_each(|number| store.record_activity(entry(number), None));
    assert_eq!(ids(&store, ActivityFilter::default(), 2).await, ["a5", "a4"]);
    let filter = |change: fn(&mut ActivityFilter)| {
        let mut filter = ActivityFilter::default();
        change(&mut filter);
        filter
    };
    let expected: [(ActivityFilter, &[&str]); 8] = [
        (filter(|f| f.before = Some("a4".to_owned())), &["a3", "a2", "a1"]),
        (filter(|f| f.after = Some("a3".to_owned())), &["a5", "a4"]),
        (filter(|f| f.connection_id = Some("even".to_owned())), &["a4", "a2"]),
        (filter(|f| f.errors_only = true), &["a3"]),
        (filter(|f| f.writes_only = true), &["a4"]),
        (filter(|f| f.text = Some("N=5".to_owned())), &["a5"]),
        (filter(|f| f.text = Some("403".to_owned())), &["a3"]),
        (filter(|f| f.text = Some("Maya@".to_owned())), &["a4", "a2"]),
    ];
    for (filter, found) in expected {
        assert_eq!(ids(&store, filter.clone(), 9).await, found, "{filter:?}");
    }
    assert_eq!(store.activity_entry("a3").await.unwrap(), Some(entry(3)));
}

#[tokio::test]
async fn whoever_follows_gets_what_came_next_however_much_that_is() {
    let store = Store::in_memory().await.unwrap();
    (1..=5).for_each(|number| store.record_activity(entry(number), None));
    let after = |id: &str| ActivityFilter {
        after: Some(id.to_owned()),
        ..Default::default()
    };
    assert_eq!(
        ids(&store, after("a1"), 2).await,
        ["a3", "a2"],
        "the next two, not the newest"
    );
    assert_eq!(ids(&store, after("a3"), 2).await, ["a5", "a4"]);
    assert_eq!(ids(&store, after("gone"), 9).await.len(), 5);
}

#[tokio::test]
async fn a_day_is_counted_from_its_beginning() {
    let store = Store::in_memory().await.unwrap();
    (1..=5).for_each(|number| store.record_activity(entry(number), None));
    let counted = store.activity_count(Timestamp::from_second(3).unwrap()).await.unwrap();
    let expected = ActivityCount {
        all: 3,
        writes: 1,
        failed: 1,
    };
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn a_trace_comes_back_as_it_was_and_goes_with_its_request() {
    let store = Store::in_memory().await.unwrap();
    store.record_activity(entry(1), Some(trace(5)));
    store.record_activity(entry(2), None);
    assert_eq!(store.activity_trace("a1").await.unwrap(), Some(trace(5)));
    assert_eq!(store.activity_trace("a2").await.unwrap(), None);
    store.clear_activity().await.unwrap();
    let left: i64 = store
        .call(|connection| Ok(connection.query_row("SELECT count(*) FROM activity_traces", [], |row| row.get(0))?))
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn too_many_and_too_old_requests_are_forgotten() {
    let store = Store::in_memory().await.unwrap();
    (1..=KEPT + 600).for_each(|number| store.record_activity(entry(number), None));
    let kept = ids(&store, ActivityFilter::default(), u32::MAX).await.len();
    assert!((KEPT as usize..KEPT as usize + 256).contains(&kept), "{kept}");

    let a_month_later = Timestamp::from_second(i64::from(KEPT)).unwrap() + KEPT_FOR;
    for number in 0..256 {
        let late = ActivityEntry {
            id: format!("late{number}"),
            at: a_month_later,
            ..entry(1)
        };
        store.record_activity(late, None);
    }
    let oldest = store
        .activity(ActivityFilter::default(), u32::MAX)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert!(oldest.at >= a_month_later - KEPT_FOR, "{oldest:?}");
}

#[tokio::test]
async fn the_oldest_traces_go_first_and_their_requests_stay() {
    let store = Store::in_memory().await.unwrap();
    (1..=9).for_each(|number| store.record_activity(entry(number), Some(trace(1000))));
    let one = store
        .call(|connection| {
            Ok(connection.query_row("SELECT max(bytes) FROM activity_traces", [], |row| counted(row, 0))?)
        })
        .await
        .unwrap();
    store
        .call(move |connection| clean_up(connection, 9, Timestamp::from_second(9).unwrap(), 3 * one))
        .await
        .unwrap();
    for number in 1..=9 {
        let id = format!("a{number}");
        assert!(store.activity_entry(&id).await.unwrap().is_some());
        assert_eq!(store.activity_trace(&id).await.unwrap().is_some(), number > 6, "{id}");
    }
}

#[tokio::test]
async fn what_was_written_down_survives_a_restart_and_is_seen_by_other_processes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gantry.db");
    let store = Store::open(&path).await.unwrap();
    let other = Store::open(&path).await.unwrap();
    store.record_activity(entry(3), Some(trace(5)));
    store.flush().await.unwrap();
    assert_eq!(ids(&other, ActivityFilter::default(), 9).await, ["a3"]);
    drop(store);
    let again = Store::open(&path).await.unwrap();
    assert_eq!(again.activity_entry("a3").await.unwrap(), Some(entry(3)));
    assert_eq!(again.activity_trace("a3").await.unwrap(), Some(trace(5)));
}
