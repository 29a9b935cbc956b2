//! What the record of requests keeps of a sign-in.

use gantry_engine::activity;
use gantry_engine::dto::ById;
use gantry_engine::dto::activity::ActivityRequest;
use gantry_sandbox::practice::{self, OWNER};

use crate::world::World;

/// U7: the exchange of the code is on record, and neither code, verifier, secret nor token is.
#[tokio::test]
async fn u7_a_sign_in_is_on_record_without_its_secrets() {
    let mut world = World::new().await;
    world.sign_in(OWNER).await;
    let newest = ActivityRequest {
        limit: 100,
        ..Default::default()
    };
    let rows = activity::list(&world.engine, newest).await.unwrap();
    let exchange = rows.iter().find(|row| row.method == "oauth2.exchangeCode").unwrap();
    assert_eq!((exchange.api.as_str(), exchange.status), ("Sign-in", Some(200)));
    for row in &rows {
        let detail = activity::show(&world.engine, ById { id: row.id.clone() })
            .await
            .unwrap();
        let told = serde_json::to_string(&detail).unwrap();
        for secret in ["ya29.", "1//practice-", practice::CLIENT_SECRET, "eyJ"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        if row.id == exchange.id {
            for name in ["code=", "code_verifier=", "client_secret="] {
                assert!(told.contains(&format!("{name}[redacted]")), "{name} in {told}");
            }
            assert!(told.contains(r#"\"refresh_token\":\"[redacted]\""#), "{told}");
        }
    }
}
