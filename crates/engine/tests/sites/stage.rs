//! An engine of the bakery's owner whose clock a test holds, a finished set-up in its journal, and the sandbox.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gantry_domain::{Clock, GoogleBase, Permission};
use gantry_engine::dto::provisioning::{ContainerMade, ProofRequest, ProofView, ProvisionRequest, ProvisionResult};
use gantry_engine::dto::sites::{SiteRequest, SiteView};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile, commands, provisioning, sites};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use gantry_store::{ConnectionRecord, ProvisioningRun, ProvisioningState};
use google_apis::Pause;
use google_oauth::{Browser, BrowserError, OAuthClient, OpenedTokenStore, SecretBytes, SessionTokenStore, TokenStore};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &url::Url) -> Result<(), BrowserError> {
        Err(BrowserError("none in this test".to_owned()))
    }
}

/// This computer's clock, set off against the real one.
#[derive(Debug, Default)]
pub struct TestClock(Mutex<SignedDuration>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + *self.0.lock().unwrap()
    }
}

/// What happens in a pause, by its number.
type During = Box<dyn Fn(usize) -> Option<(&'static str, Value)> + Send + Sync>;

/// Waits by moving the clock, and does something meanwhile.
pub struct TestPause<'a> {
    stage: &'a Stage,
    pub slept: Mutex<Vec<u64>>,
    during: During,
}

#[async_trait]
impl Pause for TestPause<'_> {
    async fn sleep(&self, duration: Duration) {
        *self.stage.clock.0.lock().unwrap() += SignedDuration::try_from(duration).unwrap();
        let number = {
            let mut slept = self.slept.lock().unwrap();
            slept.push(duration.as_secs());
            slept.len()
        };
        if let Some((path, body)) = (self.during)(number) {
            self.stage.control(path, body).await;
        }
    }

    fn jitter(&self) -> f64 {
        0.0
    }
}

pub struct Stage {
    pub engine: Arc<Engine>,
    pub sandbox: RunningSandbox,
    pub clock: Arc<TestClock>,
    _home: tempfile::TempDir,
}

const SCOPES: [Permission; 2] = [Permission::View, Permission::Configure];

impl Stage {
    pub async fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let secrets = SessionTokenStore::new();
        let scopes: std::collections::BTreeSet<_> = SCOPES.iter().flat_map(|one| one.scopes()).collect();
        let order = json!({ "email": practice::OWNER, "scopes": scopes });
        let issued = control(&sandbox, "POST", "tokens/issue", &order).await;
        let token = issued["refresh_token"].as_str().unwrap();
        secrets
            .set(practice::OWNER, &SecretBytes::new(token.as_bytes().to_vec()))
            .await
            .unwrap();
        let clock = Arc::new(TestClock::default());
        let engine = Engine::open(EngineConfig {
            profile: Profile::new(Some(home.path()), GoogleBase::loopback(sandbox.base()).unwrap()).unwrap(),
            keychain: Keychain::at_start(OpenedTokenStore {
                name: "memory".to_owned(),
                store: Arc::new(secrets),
            }),
            browser: Arc::new(NoBrowser),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            pause: Arc::new(gantry_engine::SystemPause),
            host: Arc::new(Headless),
            shipped_oauth_client: Some(
                OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap(),
            ),
        })
        .await
        .unwrap();
        let owner = practice::OWNER;
        let connection = ConnectionRecord {
            permissions: SCOPES.to_vec(),
            granted_scopes: scopes.into_iter().collect(),
            ..ConnectionRecord::new(owner, owner, owner, practice::INSTALLED_CLIENT_ID, Timestamp::now())
        };
        engine.store().put_connection(connection).await.unwrap();
        Self {
            engine,
            sandbox,
            clock,
            _home: home,
        }
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        control(&self.sandbox, "POST", path, &body).await
    }

    /// Paths that were asked of the Data API and of Tag Manager so far.
    pub async fn calls(&self) -> Vec<String> {
        let log = control(&self.sandbox, "GET", "log", &Value::Null).await;
        let log = log["requests"].as_array().unwrap().iter();
        let of_apis = log.filter(|request| {
            let host = request["host"].as_str().unwrap();
            host.starts_with("analyticsdata") || host.starts_with("tagmanager")
        });
        of_apis
            .map(|request| request["path"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Pastes code into a practice site.
    pub async fn paste(&self, host: &str, head: &str, after_body: &str) {
        self.control("sites", json!({ "host": host, "head": head, "after_body": after_body }))
            .await;
    }

    pub async fn inspect(&self, address: &str) -> SiteView {
        let request = SiteRequest {
            address: address.to_owned(),
        };
        sites::inspect(&self.engine, request).await.unwrap()
    }

    /// A property that was made a moment ago in the owner's account, with a stream for the site; nobody was there yet.
    pub fn new_property(&self, site: &str) -> ProvisionResult {
        let mut world = self.sandbox.google().world_mut();
        let account = *world.analytics.accounts.keys().next().unwrap();
        let now = Timestamp::now();
        let property = world
            .analytics
            .add_property(account, "Website", "Europe/Berlin", "EUR", now);
        let stream = world.analytics.add_web_stream(property, "Web", site, now);
        let measurement_id = world.analytics.streams[&stream].measurement_id().unwrap().to_owned();
        ProvisionResult {
            account_id: account.to_string(),
            property_id: property.to_string(),
            data_stream_id: stream.to_string(),
            snippet: gtag(&measurement_id),
            measurement_id,
            ..ProvisionResult::default()
        }
    }

    /// A finished set-up in the journal.
    pub async fn done(&self, form: ProvisionRequest, result: &ProvisionResult) -> String {
        let now = self.clock.now();
        let run = ProvisioningRun {
            id: "run".to_owned(),
            connection_id: practice::OWNER.to_owned(),
            form: json!(form),
            template: None,
            batch_id: None,
            state: ProvisioningState::Done,
            outcome: Some(json!(result)),
            error: None,
            proof: None,
            created_at: now,
            updated_at: now,
        };
        self.engine.store().put_provisioning_run(run).await.unwrap();
        "run".to_owned()
    }

    pub fn pause(
        &self,
        during: impl Fn(usize) -> Option<(&'static str, Value)> + Send + Sync + 'static,
    ) -> TestPause<'_> {
        TestPause {
            stage: self,
            slept: Mutex::default(),
            during: Box::new(during),
        }
    }

    pub async fn prove(&self, watch: bool, pause: &TestPause<'_>) -> gantry_engine::Result<ProofView> {
        let request = ProofRequest {
            run_id: "run".to_owned(),
            watch,
        };
        commands::run_job(&self.engine, "provisioning.prove", |engine, job| async move {
            provisioning::prove_with_pause(&engine, request, &job, pause).await
        })
        .await
    }
}

/// The set-up of a site.
pub fn form(website: &str) -> ProvisionRequest {
    ProvisionRequest {
        account_name: "Harbour Bakery".to_owned(),
        property_name: "Website".to_owned(),
        website: website.to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        country: "DE".to_owned(),
        ..ProvisionRequest::default()
    }
}

/// Google's snippet of a Google tag.
pub fn gtag(id: &str) -> String {
    format!(
        "<script async src=\"https://www.googletagmanager.com/gtag/js?id={id}\"></script>\n<script>\n\
         window.dataLayer = window.dataLayer || [];\nfunction gtag(){{dataLayer.push(arguments);}}\n\
         gtag('js', new Date());\ngtag('config', '{id}');\n</script>\n"
    )
}

/// Google's snippet of a container, and its second part.
pub fn gtm(id: &str) -> (String, String) {
    let head = format!(
        "<script>(function(w,d,s,l,i){{w[l]=w[l]||[];w[l].push({{'gtm.start':new Date().getTime(),event:'gtm.js'}});\
         var f=d.getElementsByTagName(s)[0],j=d.createElement(s);j.async=true;\
         j.src='https://www.googletagmanager.com/gtm.js?id='+i;f.parentNode.insertBefore(j,f);\
         }})(window,document,'script','dataLayer','{id}');</script>"
    );
    let noscript = format!(
        "<noscript><iframe src=\"https://www.googletagmanager.com/ns.html?id={id}\" height=\"0\" width=\"0\"></iframe></noscript>"
    );
    (head, noscript)
}

pub fn container(account: &str, container: &str, public_id: &str, version: Option<&str>) -> ContainerMade {
    ContainerMade {
        account_id: account.to_owned(),
        container_id: container.to_owned(),
        public_id: public_id.to_owned(),
        name: "hafen.example".to_owned(),
        version_id: version.map(str::to_owned),
        published: version.is_some(),
        existing: false,
    }
}

async fn control(sandbox: &RunningSandbox, method: &str, path: &str, body: &Value) -> Value {
    let mut stream = tokio::net::TcpStream::connect(sandbox.address).await.unwrap();
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let head = format!(
        "{method} /_control/{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        sandbox.address,
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}
