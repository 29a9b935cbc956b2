//! The tag that decides on consent decides for every tag of its container: whose say that is.

use gantry_engine::dto::provisioning::{ContainerChoice, ProvisionRequest, ProvisionRunView, ProvisionStep};
use serde_json::{Value, json};

use super::existing::{bakery, rival_version};
use super::stage::{Stage, names, shop};

/// What the run says of its tags.
fn told(run: &ProvisionRunView) -> &str {
    let tags = run.steps.iter().find(|view| view.step == ProvisionStep::Tags).unwrap();
    tags.outcome.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn a_consent_tag_is_not_added_where_consent_is_decided_on() {
    for asked in [None, Some(true)] {
        let mut stage = Stage::owner().await;
        let (container, mut request) = bakery(&stage).await;
        request.wait_for_consent = asked;
        let run = stage.set_up(request).await.unwrap();
        let after = names(&stage.live(&container).await);
        assert!(after.contains("tag Consent Mode - default") && !after.contains("tag Consent defaults"));
        let told = told(&run);
        assert!(told.contains("the container decides on consent already"), "{told}");
    }
}

/// A container of somebody's in which nothing is live, and a form that chooses it.
async fn somebodys(stage: &Stage) -> (Value, ProvisionRequest) {
    let path = format!("{}/containers", stage.account_path().await);
    let body = json!({ "name": "Somebody's", "usageContext": ["web"] });
    let container = stage.google("POST", &path, body).await;
    let chosen = container["publicId"].as_str().unwrap().to_owned();
    let request = ProvisionRequest {
        container: ContainerChoice::Existing { container: chosen },
        ..shop()
    };
    (container, request)
}

#[tokio::test]
async fn a_consent_tag_is_added_to_other_peoples_tags_only_where_the_person_asks_for_it() {
    for asked in [None, Some(true)] {
        let mut stage = Stage::owner().await;
        let (container, mut request) = somebodys(&stage).await;
        let theirs = rival_version(&stage, &container).await;
        stage.google("POST", &format!("{theirs}:publish"), Value::Null).await;
        request.wait_for_consent = asked;
        let run = stage.set_up(request).await.unwrap();
        let after = names(&stage.live(&container).await);
        assert!(after.contains("tag Rival's tag") && after.contains("tag Google tag"));
        assert_eq!(after.contains("tag Consent defaults"), asked == Some(true), "{after:?}");
        let told = told(&run);
        assert_eq!(
            told.contains("it would decide for the other tags"),
            asked.is_none(),
            "{told}"
        );
    }
}

#[tokio::test]
async fn where_nobodys_tags_are_live_the_template_decides_on_consent() {
    let mut stage = Stage::owner().await;
    let (container, request) = somebodys(&stage).await;
    stage.set_up(request).await.unwrap();
    assert!(names(&stage.live(&container).await).contains("tag Consent defaults"));
}
