//! The agency's clients over its mirrored estate: kept, moved, suggested, mapped.

use std::collections::BTreeSet;

use gantry_engine::dto::clients::{
    AcceptSuggestions, ClientAssetKind, ClientList, MoveAssets, SaveClient, SuggestionStrength,
};
use gantry_engine::dto::events::{EngineEvent, Topic};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, clients, containers, estate};
use gantry_sandbox::practice;

use crate::stage::Stage;

fn new(name: &str) -> SaveClient {
    SaveClient {
        id: None,
        name: name.to_owned(),
        group: None,
        colour: None,
        letters: None,
    }
}

async fn list(stage: &Stage) -> ClientList {
    clients::list(&stage.engine, Nothing {}).await.unwrap()
}

async fn move_to(stage: &Stage, client: Option<&str>, assets: &[&str]) -> gantry_engine::Result<ClientList> {
    let request = MoveAssets {
        client: client.map(str::to_owned),
        assets: assets.iter().map(|asset| (*asset).to_owned()).collect(),
    };
    clients::move_assets(&stage.engine, request).await
}

#[tokio::test]
async fn a_client_keeps_its_chip_and_its_name_is_one() {
    let stage = Stage::open(&[]).await;
    let engine = &stage.engine;
    let first = clients::save(engine, new("  Juniper   Legal ")).await.unwrap();
    assert_eq!(
        (first.name.as_str(), first.letters.as_str(), first.colour),
        ("Juniper Legal", "JL", 1)
    );
    let second = clients::save(engine, new("Jolly Lamps")).await.unwrap();
    assert_eq!((second.letters.as_str(), second.colour), ("JO", 2));
    let twin = clients::save(engine, new("JUNIPER legal")).await.unwrap_err();
    assert_eq!(twin.code, ErrorCode::Conflict);

    let renamed = SaveClient {
        id: Some(first.id.clone()),
        group: Some("Law".to_owned()),
        ..new("Juniper")
    };
    let renamed = clients::save(engine, renamed).await.unwrap();
    assert_eq!((renamed.letters.as_str(), renamed.colour), ("JL", 1), "given once");
    assert_eq!(renamed.group.as_deref(), Some("Law"));
    let chosen = SaveClient {
        id: Some(first.id.clone()),
        colour: Some(9),
        letters: Some("xy".to_owned()),
        ..new("Juniper")
    };
    let chosen = clients::save(engine, chosen).await.unwrap();
    assert_eq!((chosen.letters.as_str(), chosen.colour, chosen.group), ("XY", 9, None));
    for wrong in [
        new("  "),
        new(&"x".repeat(101)),
        SaveClient {
            colour: Some(11),
            ..new("A")
        },
        SaveClient {
            letters: Some("A".to_owned()),
            ..new("A")
        },
    ] {
        assert_eq!(
            clients::save(engine, wrong).await.unwrap_err().code,
            ErrorCode::InvalidRequest
        );
    }
    let gone = SaveClient {
        id: Some("nobody".to_owned()),
        ..new("A")
    };
    assert_eq!(clients::save(engine, gone).await.unwrap_err().code, ErrorCode::NotFound);
    clients::remove(engine, ById { id: second.id }).await.unwrap();
    assert_eq!(list(&stage).await.clients.len(), 1);
}

#[tokio::test]
async fn two_windows_that_add_clients_at_once_give_each_a_chip_of_its_own() {
    let stage = Stage::open(&[]).await;
    let names: Vec<String> = (0..10).map(|number| format!("Acorn {number}")).collect();
    let adding = names.iter().map(|name| clients::save(&stage.engine, new(name)));
    let made: Vec<_> = futures_util::future::join_all(adding)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let colours: BTreeSet<u8> = made.iter().map(|client| client.colour).collect();
    let letters: BTreeSet<&str> = made.iter().map(|client| client.letters.as_str()).collect();
    assert_eq!((colours.len(), letters.len()), (10, 10));
}

#[tokio::test]
async fn assets_move_all_or_none_and_carry_their_chip_everywhere() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let mut events = stage.engine.subscribe();
    let client = clients::save(&stage.engine, new("Alder")).await.unwrap();
    let unassigned = list(&stage).await.unassigned;
    let property = unassigned
        .iter()
        .find(|one| one.kind == ClientAssetKind::Property)
        .unwrap();
    let container = unassigned
        .iter()
        .find(|one| one.kind == ClientAssetKind::Container)
        .unwrap();
    let public_id = container.ids[0].to_lowercase();

    let unknown = move_to(&stage, Some("alder"), &[&property.asset, "properties/999"])
        .await
        .unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
    let nonsense = move_to(&stage, Some("alder"), &[&property.asset, "G-1"])
        .await
        .unwrap_err();
    assert_eq!(nonsense.code, ErrorCode::InvalidRequest);
    assert_eq!(list(&stage).await.unassigned.len(), unassigned.len(), "none was moved");
    assert_eq!(
        move_to(&stage, Some("nobody"), &[]).await.unwrap_err().code,
        ErrorCode::NotFound
    );

    let after = move_to(&stage, Some("ALDER"), &[&property.asset, &public_id])
        .await
        .unwrap();
    let assets: Vec<&str> = after.clients[0].assets.iter().map(|one| one.asset.as_str()).collect();
    assert_eq!(assets, [property.asset.as_str(), container.asset.as_str()]);
    assert_eq!(after.unassigned.len() + 2, unassigned.len());
    let mut told = 0;
    while let Ok(event) = events.try_recv() {
        told += u32::from(matches!(event, EngineEvent::Changed { topic: Topic::Clients }));
    }
    assert_eq!(told, 2, "the client and the move");

    let rows = estate::properties(&stage.engine, Nothing {}).await.unwrap();
    let marked: Vec<_> = rows.iter().filter_map(|row| row.client.as_ref()).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(
        (marked[0].id.as_str(), marked[0].letters.as_str()),
        (client.id.as_str(), "AL")
    );
    let tree = containers::tree(&stage.engine, Nothing {}).await.unwrap();
    let marked = tree
        .accounts
        .iter()
        .flat_map(|account| &account.containers)
        .filter(|row| row.client.is_some());
    assert_eq!(marked.count(), 1);

    move_to(&stage, None, &[&property.asset]).await.unwrap();
    clients::remove(&stage.engine, ById { id: "alder".to_owned() })
        .await
        .unwrap();
    assert_eq!(
        list(&stage).await.unassigned.len(),
        unassigned.len(),
        "assets outlive their client"
    );
}

#[tokio::test]
async fn the_agencys_customers_are_suggested_one_by_one() {
    let stage = Stage::open(&[practice::AGENCY_ADMIN]).await;
    stage.sync().await.unwrap();
    let before = stage.log().await.len();
    let suggestions = clients::suggest(&stage.engine, Nothing {}).await.unwrap();
    assert_eq!(stage.log().await.len(), before, "no call is made");
    assert!(suggestions.is_sorted_by_key(|one| one.strength));
    // The admin reaches twenty customers; each is one suggestion, and none mixes two. Google cut the name of one property
    // short, so that the apps of that customer stand apart.
    assert_eq!(
        suggestions.len(),
        21,
        "{:#?}",
        suggestions.iter().map(|one| &one.name).collect::<Vec<_>>()
    );
    for suggestion in &suggestions {
        let accounts: BTreeSet<&str> = suggestion.assets.iter().map(|one| one.account_name.as_str()).collect();
        assert_eq!(accounts.len(), 1, "{suggestion:#?}");
        assert!(!suggestion.because.is_empty());
        assert_eq!(suggestion.client_id, None);
    }
    let optics = suggestions
        .iter()
        .find(|one| one.name == "Alder & Finch Optics")
        .unwrap();
    assert_eq!(optics.strength, SuggestionStrength::MeasurementId);
    assert!(
        optics.because.iter().any(|reason| reason.contains(" is sent by GTM-")),
        "{:?}",
        optics.because
    );
    assert!(
        optics
            .because
            .iter()
            .any(|reason| reason.contains("are about alder-finch.example")),
        "{:?}",
        optics.because
    );

    // One is accepted: the rest stays a suggestion, and what is left over goes to it.
    let one = AcceptSuggestions {
        suggestions: vec![optics.clone()],
    };
    let after = clients::accept(&stage.engine, one).await.unwrap();
    assert_eq!(after.clients.len(), 1);
    let rest = clients::suggest(&stage.engine, Nothing {}).await.unwrap();
    assert_eq!(rest.len(), 20);
    let taken = optics.assets[0].asset.as_str();
    move_to(&stage, None, &[taken]).await.unwrap();
    let rest = clients::suggest(&stage.engine, Nothing {}).await.unwrap();
    let back = rest.iter().find(|one| one.client_id.is_some()).unwrap();
    assert_eq!((back.name.as_str(), back.assets.len()), ("Alder & Finch Optics", 1));

    let all = AcceptSuggestions { suggestions: rest };
    let after = clients::accept(&stage.engine, all).await.unwrap();
    assert_eq!(after.clients.len(), 21);
    let names: BTreeSet<String> = after.clients.iter().map(|one| one.name.to_lowercase()).collect();
    assert_eq!(names.len(), 21);
    assert!(clients::suggest(&stage.engine, Nothing {}).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_suggestion_never_joins_two_clients() {
    let stage = Stage::open(&[practice::AGENCY_ADMIN]).await;
    stage.sync().await.unwrap();
    let suggestions = clients::suggest(&stage.engine, Nothing {}).await.unwrap();
    let optics = suggestions
        .into_iter()
        .find(|one| one.name == "Alder & Finch Optics")
        .unwrap();
    let properties: Vec<&str> = optics
        .assets
        .iter()
        .filter(|one| one.kind == ClientAssetKind::Property)
        .map(|one| one.asset.as_str())
        .collect();
    for (name, property) in [("One", properties[0]), ("Two", properties[1])] {
        clients::save(&stage.engine, new(name)).await.unwrap();
        move_to(&stage, Some(name), &[property]).await.unwrap();
    }
    let again = clients::suggest(&stage.engine, Nothing {}).await.unwrap();
    let theirs: Vec<_> = again.iter().filter(|one| one.client_id.is_some()).collect();
    assert!(!theirs.is_empty());
    // The measurement IDs still tell whose a container is; the domain, which both have, does not.
    for suggestion in theirs {
        assert!(
            suggestion.because.iter().all(|reason| reason.contains(" is sent by ")),
            "{suggestion:#?}"
        );
    }
}

#[tokio::test]
async fn the_map_shows_who_feeds_whom_and_orphans_of_both_sides() {
    let stage = Stage::open(&[practice::AGENCY_ADMIN]).await;
    stage.sync().await.unwrap();
    let whole = clients::measurement_map(&stage.engine, Nothing {}).await.unwrap();
    assert_eq!((whole.unread_containers, whole.unread_properties), (0, 0));
    assert_eq!(
        whole.streams.len(),
        stage.engine.store().data_streams().await.unwrap().len()
    );
    for stream in &whole.streams {
        let id = stream.measurement_id.as_ref().unwrap();
        assert!(stream.tags.iter().all(|tag| tag.sends_to == *id));
        assert!(!stream.property_name.is_empty() && stream.platform == "web" && stream.website.is_some());
    }
    let fed = whole.streams.iter().filter(|stream| !stream.tags.is_empty()).count();
    assert!(fed > 20, "{fed}");
    assert!(fed < whole.streams.len(), "some stream is sent to by nobody");
    assert!(whole.orphan_tags.is_empty(), "{:?}", whole.orphan_tags);
}

#[tokio::test]
async fn a_tag_that_sends_beyond_reach_is_an_orphan() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    // The streams of one property are gone at Google, its tags are not.
    let map = clients::measurement_map(&stage.engine, Nothing {}).await.unwrap();
    let fed = map.streams.iter().find(|stream| !stream.tags.is_empty()).unwrap();
    stage
        .engine
        .store()
        .swap_data_streams(&fed.property_id, Vec::new(), jiff::Timestamp::now())
        .await
        .unwrap();
    let after = clients::measurement_map(&stage.engine, Nothing {}).await.unwrap();
    assert!(!after.orphan_tags.is_empty());
    let id = fed.measurement_id.as_deref().unwrap();
    assert!(
        after.orphan_tags.iter().any(|tag| tag.sends_to == id),
        "{:?}",
        after.orphan_tags
    );
    assert_eq!(after.unread_properties, 0, "it was read and has none");
}
