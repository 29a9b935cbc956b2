//! The whole fake Google behind one function: a request in, a reply out. Hosts are told apart here and nowhere else.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    admin, analytics_data,
    clock::Clock,
    control,
    faults::{Fault, Faults},
    http::{ApiReply, ApiRequest, Caller},
    oauth::{self, Grants},
    pages, practice_site, provisioning_v3,
    quota::{AdminQuota, Quota, TagManagerQuota},
    request_log::RequestLog,
    rpc_error::{self, BadCredential},
    seeds::Seed,
    server::SandboxConfig,
    settings::Settings,
    tag_manager, tag_manager_pages,
    terms::{self, Tickets},
    world::World,
};

/// Everything the sandbox knows. Shared by all connections.
pub struct Google {
    clock: Arc<dyn Clock>,
    /// Seconds that Google's clock is ahead of this computer's.
    clock_offset: AtomicI64,
    first_seed: Seed,
    first_quota: (Option<TagManagerQuota>, Option<AdminQuota>),
    first_latency: Duration,
    /// Milliseconds that every answer takes at least.
    latency: AtomicU64,
    world: RwLock<World>,
    tag_manager: Mutex<tag_manager::Model>,
    data: RwLock<Arc<analytics_data::Model>>,
    grants: Mutex<Grants>,
    tickets: Mutex<Tickets>,
    settings: Mutex<Settings>,
    faults: Mutex<Faults>,
    quota: Mutex<Quota>,
    log: Mutex<RequestLog>,
    practice_sites: Mutex<practice_site::Model>,
}

impl Google {
    pub(crate) fn new(config: &SandboxConfig) -> Self {
        let (world, customers) = config.seed.build();
        let practice_sites = practice_site::Model::new(&world);
        Self {
            clock: Arc::clone(&config.clock),
            clock_offset: AtomicI64::new(0),
            first_seed: config.seed,
            first_quota: (config.quota, config.admin_quota),
            first_latency: config.latency,
            latency: AtomicU64::new(millis(config.latency)),
            world: RwLock::new(world),
            tag_manager: Mutex::new(tag_manager::Model::seed(&customers)),
            data: RwLock::default(),
            grants: Mutex::default(),
            tickets: Mutex::default(),
            settings: Mutex::default(),
            faults: Mutex::default(),
            quota: Mutex::new(Quota::new(config.quota, config.admin_quota)),
            log: Mutex::default(),
            practice_sites: Mutex::new(practice_sites),
        }
    }

    /// Back to the first moment: seed, quota, latency, faults, settings, revocations, log, clock.
    pub fn reset(&self, seed: Option<Seed>) {
        let (world, customers) = seed.unwrap_or(self.first_seed).build();
        *self.practice_sites() = practice_site::Model::new(&world);
        *self.world_mut() = world;
        *self.tag_manager() = tag_manager::Model::seed(&customers);
        *self.data.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        *self.grants() = Grants::default();
        *self.tickets() = Tickets::default();
        *self.settings() = Settings::default();
        *self.faults() = Faults::default();
        *self.quota() = Quota::new(self.first_quota.0, self.first_quota.1);
        self.set_latency(self.first_latency);
        *self.log() = RequestLog::default();
        self.set_clock_offset(0);
    }

    /// Google's time: this computer's, set off by what control asked for.
    pub fn now(&self) -> Timestamp {
        let offset = SignedDuration::from_secs(self.clock_offset.load(Ordering::Relaxed));
        self.clock.now().saturating_add(offset).unwrap_or(Timestamp::MAX)
    }

    /// The estate, to look at.
    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The estate, to set up a test's own case.
    pub fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets Google's clock this many seconds ahead of this computer's.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.clock_offset.store(seconds, Ordering::Relaxed);
    }

    /// Sets how long every answer of Google's takes at least.
    pub fn set_latency(&self, latency: Duration) {
        self.latency.store(millis(latency), Ordering::Relaxed);
    }

    /// How long the answer to this request takes at least. The control endpoint answers at once.
    pub(crate) fn latency(&self, request: &ApiRequest) -> Duration {
        if request.host == control::HOST {
            Duration::ZERO
        } else {
            Duration::from_millis(self.latency.load(Ordering::Relaxed))
        }
    }

    /// Disarms what is armed.
    pub fn clear_faults(&self) {
        self.faults().clear();
    }

    pub(crate) fn tag_manager(&self) -> MutexGuard<'_, tag_manager::Model> {
        hold(&self.tag_manager)
    }

    pub(crate) fn data(&self) -> Arc<analytics_data::Model> {
        Arc::clone(&self.data.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        hold(&self.grants)
    }

    pub(crate) fn tickets(&self) -> MutexGuard<'_, Tickets> {
        hold(&self.tickets)
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        hold(&self.settings)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        hold(&self.faults)
    }

    pub(crate) fn quota(&self) -> MutexGuard<'_, Quota> {
        hold(&self.quota)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, RequestLog> {
        hold(&self.log)
    }

    pub(crate) fn practice_sites(&self) -> MutexGuard<'_, practice_site::Model> {
        hold(&self.practice_sites)
    }

    /// The fault armed for this request, if any; counts it down. The control endpoint is never faulted.
    pub(crate) fn take_fault(&self, request: &ApiRequest) -> Option<Fault> {
        if request.host == control::HOST {
            None
        } else {
            self.faults().take(request)
        }
    }

    pub(crate) fn log_dropped(&self, request: &ApiRequest) {
        self.log().record(self.now(), request, None, None);
    }

    pub(crate) fn log_faulted(&self, request: &ApiRequest, status: u16) {
        let caller = self.caller(request).ok();
        self.log().record(self.now(), request, caller.as_ref(), Some(status));
    }

    /// Answers one request. Blocks for as long as the answer takes to compute.
    pub fn answer(&self, request: &ApiRequest) -> ApiReply {
        if request.host == control::HOST {
            return control::handle(self, request);
        }
        let (caller, reply) = self.route(request);
        self.log()
            .record(self.now(), request, caller.as_ref(), Some(reply.status));
        reply
    }

    fn route(&self, request: &ApiRequest) -> (Option<Caller>, ApiReply) {
        match (request.host.as_str(), request.path.as_str()) {
            ("", "/") => (None, pages::index(self.world().seed.name())),
            ("accounts.google.com" | "oauth2.googleapis.com" | "openidconnect.googleapis.com", _) => {
                (None, oauth::handle(self, request))
            }
            ("www.googleapis.com", path) if path.starts_with("/oauth2/") => (None, oauth::handle(self, request)),
            ("analytics.google.com", _) => (None, terms::handle(self, request)),
            ("tagmanager.google.com", _) => (None, tag_manager_pages::handle(self, request)),
            ("tagmanager.googleapis.com" | "www.googleapis.com", path) if path.starts_with("/tagmanager/v2/") => self
                .as_caller(request, "tagmanager.googleapis.com", true, |caller| {
                    self.tag_manager_reply(caller, request)
                }),
            ("analyticsdata.googleapis.com", path) if path.starts_with("/v1beta/properties/") => {
                self.as_caller(request, "analyticsdata.googleapis.com", false, |caller| {
                    self.data_reply(caller, request)
                })
            }
            ("analyticsadmin.googleapis.com", _) => match admin::find(request) {
                Some(found) => self.as_caller(request, "analyticsadmin.googleapis.com", false, |caller| {
                    self.admin_reply(caller, request, &found)
                }),
                None => (None, rpc_error::html_not_found(&request.path)),
            },
            ("analytics.googleapis.com" | "www.googleapis.com", path)
                if path.starts_with("/analytics/v3/provisioning/") =>
            {
                self.as_caller(request, "analytics.googleapis.com", true, |caller| {
                    provisioning_v3::handle(self, caller, request)
                })
            }
            (host, _) if practice_site::serves(host) => (None, practice_site::handle(self, request)),
            _ => (None, rpc_error::html_not_found(&request.path)),
        }
    }

    fn as_caller(
        &self,
        request: &ApiRequest,
        service: &str,
        legacy: bool,
        answer: impl FnOnce(&Caller) -> ApiReply,
    ) -> (Option<Caller>, ApiReply) {
        match self.caller(request) {
            Ok(caller) => {
                let key = (caller.project.clone(), service.to_owned());
                let disabled = self.settings().disabled_services.contains(&key);
                let reply = if disabled {
                    rpc_error::service_disabled(service, &caller.project, legacy)
                } else {
                    answer(&caller)
                };
                (Some(caller), reply)
            }
            Err(bad) => (None, rpc_error::unauthenticated(bad, service, legacy)),
        }
    }

    /// Who sent this request, by its bearer token.
    pub(crate) fn caller(&self, request: &ApiRequest) -> Result<Caller, BadCredential> {
        let header = request.header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = header
            .or_else(|| request.param("access_token"))
            .ok_or(BadCredential::Missing)?;
        self.grants().caller_of(token, self.now()).ok_or(BadCredential::Invalid)
    }

    fn tag_manager_reply(&self, caller: &Caller, request: &ApiRequest) -> ApiReply {
        let now = self.now();
        if let Err(refusal) = self.quota().spend(&caller.project, now) {
            return refusal;
        }
        // The legacy base carries the same methods under www.googleapis.com.
        tag_manager::handle(&mut self.tag_manager(), caller, request, now)
    }

    fn admin_reply(&self, caller: &Caller, request: &ApiRequest, found: &admin::Found) -> ApiReply {
        let write = request.method != http::Method::GET;
        let spent = self
            .quota()
            .spend_admin(&caller.project, &caller.email, write, self.now());
        match spent {
            Ok(()) => admin::handle(self, caller, request, found),
            Err(refusal) => refusal,
        }
    }

    fn data_reply(&self, caller: &Caller, request: &ApiRequest) -> ApiReply {
        let facts = analytics_data::property_id(&request.path)
            .and_then(|id| id.parse().ok())
            .and_then(|id| self.property_facts(id, Some(&caller.email)));
        analytics_data::handle(&self.data(), facts.as_ref(), caller, request, self.now())
    }

    /// What a report needs to know of a property; `None` where `reader` may not read it.
    pub(crate) fn property_facts(&self, id: u64, reader: Option<&str>) -> Option<analytics_data::PropertyFacts> {
        let world = self.world();
        if reader.is_some_and(|email| !world.can_read_property(email, id)) {
            return None;
        }
        let property = world.analytics.properties.get(&id)?;
        let streams = world.analytics.streams_of(id).filter_map(|stream| {
            let uri = url::Url::parse(&stream.web_stream_data.as_ref()?.default_uri).ok()?;
            Some((
                stream.id.to_string(),
                stream.display_name.clone(),
                uri.host_str()?.to_owned(),
            ))
        });
        let dimensions = world.analytics.custom_dimensions.values();
        let dimensions = dimensions.filter(|dimension| dimension.property_id == id && !dimension.archived);
        let events = world
            .analytics
            .key_events
            .values()
            .filter(|event| event.property_id == id);
        Some(analytics_data::PropertyFacts {
            id: id.to_string(),
            display_name: property.display_name.clone(),
            time_zone: property.time_zone.clone(),
            currency_code: property.currency_code.clone(),
            created: property.create_time,
            streams: streams.collect(),
            custom_dimensions: dimensions
                .map(|found| {
                    (
                        found.parameter_name.clone(),
                        found.display_name.clone(),
                        found.scope.clone(),
                    )
                })
                .collect(),
            key_events: events.map(|event| event.event_name.clone()).collect(),
            site_hits: self.practice_sites().hits_of(id, self.now()),
        })
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
