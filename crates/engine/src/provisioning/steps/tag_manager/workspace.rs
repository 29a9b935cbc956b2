//! Where the tags are written before a version is made of them.
//!
//! A container that this run has just made is written in its default workspace, so that nothing is left lying about. Everywhere
//! else the run opens a workspace of its own, for nobody's drafts may be published with it, and compares first.

use google_apis::tag_manager::{ContainerVersion, NewWorkspace, Workspace as Googles};
use google_apis::{ApiError, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::{adopt, incomplete};
use super::container::Container;
use super::entities::Present;
use super::version::Sent;
use super::{Work, tags};
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};
use crate::provisioning::proof::{decides_on_consent, fires_first, working_tags};

/// The workspace, as the journal has it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Space {
    /// `accounts/1/containers/2/workspaces/3`; `None` where nothing is missing.
    pub workspace: Option<String>,
    /// Where a person opens it.
    pub page: String,
    /// Id of the version that was live when the run looked.
    pub live: Option<String>,
    /// Number of the newest version then; ours will be higher.
    pub base: u64,
    /// A version of ours that was given up before and holds everything: it needs only be published.
    #[serde(default)]
    pub made: Option<String>,
    /// It was opened before and begun anew: what is in it already is not written again.
    #[serde(default)]
    pub reused: bool,
    /// What was wanted and not added, and why.
    #[serde(default)]
    pub left_out: Option<String>,
    /// What the container lacked then; all of it where absent.
    pub missing: Option<Vec<Value>>,
    /// What a person is told.
    pub outcome: String,
}

/// `None` where the person left it out.
pub(super) async fn open(work: &Work<'_>, container: &Container, measurement_id: &str) -> Result<Option<Space>> {
    let step = ProvisionStep::Workspace;
    if let Some(done) = work.done(step).await? {
        return Ok(Some(done));
    }
    if !work.journal.has(step) || !work.journal.has(ProvisionStep::Tags) {
        return Ok(None);
    }
    // One that was opened before and given up for a newer version has left something in the container.
    let known = work.journal.read(step).await?;
    let begun_before = work.journal.was_begun(step).await?;
    let request = known.and_then(|known| known.request);
    let given_up = request.is_some() && !begun_before;
    let was_own = request.is_some_and(|request| request["own"] == true);
    let path = container.path();
    let ours = container.others() || given_up || was_own;
    let request = json!({ "container": path, "own": ours, "name": work.label() });
    work.journal.sending(step, request).await?;
    let space = if ours {
        own(work, container, measurement_id, begun_before || given_up).await?
    } else {
        default(work, &path).await?
    };
    work.journal.made(step, json!(space)).await?;
    Ok(Some(space))
}

/// A read: as often as need be.
async fn default(work: &Work<'_>, container: &str) -> Result<Space> {
    let listed = work.all(work.api.workspaces(container)).await;
    let all = work.explained(container, listed).await?;
    let found = all
        .iter()
        .find(|workspace| workspace.name == "Default Workspace")
        .or_else(|| all.first())
        .ok_or_else(|| incomplete("workspace"))?;
    Ok(Space {
        workspace: Some(found.path.clone()),
        page: found.tag_manager_url.clone(),
        outcome: found.name.clone(),
        ..Space::default()
    })
}

async fn own(work: &Work<'_>, container: &Container, measurement_id: &str, opened_before: bool) -> Result<Space> {
    let path = container.path();
    let looked = look(work, container).await?;
    let mut wanted = tags::wanted(work, measurement_id);
    let left_out = looked.consent.filter(|_| container.existing);
    let left_out = left_out.and_then(|consent| consent.left_out(work, &mut wanted));
    let by_table = looked.present.sent_by_table(&wanted);
    let left_out: Vec<_> = left_out.into_iter().chain(by_table).collect();
    let left_out = (!left_out.is_empty()).then(|| left_out.join(", "));
    let missing = looked.present.missing(wanted)?;
    let mut space = Space {
        live: looked.live,
        base: looked.base,
        left_out,
        outcome: "Everything is there already".to_owned(),
        ..Space::default()
    };
    let at_rest = missing.is_empty();
    space.missing = Some(missing);
    if at_rest && looked.given_up.is_some() {
        "The version that was made before".clone_into(&mut space.outcome);
        space.made = looked.given_up;
        return Ok(space);
    }
    if at_rest && container.existing && !looked.refused {
        return Ok(space);
    }
    let found = if opened_before {
        let found = find(work, &path).await;
        work.explained(&path, found).await?
    } else {
        None
    };
    space.reused = found.is_some();
    let opened = match found {
        Some(found) => found,
        None => create(work, &path).await?,
    };
    space.workspace = Some(opened.path);
    space.page = opened.tag_manager_url;
    space.outcome = opened.name;
    Ok(space)
}

async fn create(work: &Work<'_>, container: &str) -> Result<Googles> {
    let wanted = NewWorkspace {
        name: work.label(),
        description: work.notes(),
    };
    work.spent();
    match work.api.create_workspace(container, &wanted).await {
        Err(failed) => {
            let adopted = adopt(work.journal, failed, || find(work, container)).await;
            work.explained(container, adopted).await
        }
        Ok(opened) => Ok(opened),
    }
}

/// The workspace that only this run calls so.
async fn find(work: &Work<'_>, container: &str) -> Result<Option<Googles>, ApiError> {
    let label = work.label();
    let all = work.all(work.api.workspaces(container)).await?;
    Ok(all.into_iter().find(|workspace| workspace.name == label))
}

/// What the live version does about consent.
#[derive(Clone, Copy)]
struct Consent {
    decided: bool,
    has_tags: bool,
}

impl Consent {
    fn of(live: &ContainerVersion) -> Self {
        Self {
            decided: working_tags(live).any(decides_on_consent),
            has_tags: working_tags(live).next().is_some(),
        }
    }

    /// A consent tag decides for every tag of the container: it is not added beside another one, nor for other people's tags
    /// unless the person asked for it. Takes it out of `wanted` and says so.
    fn left_out(self, work: &Work<'_>, wanted: &mut Vec<Value>) -> Option<String> {
        let asked = work.journal.form.wait_for_consent == Some(true);
        let why = match self {
            Self { decided: true, .. } => "the container decides on consent already",
            Self { has_tags: true, .. } if !asked => "it would decide for the other tags of the container, too",
            _ => return None,
        };
        let before = wanted.len();
        wanted.retain(|entity| !entity.get("tag").is_some_and(fires_first));
        (wanted.len() < before).then(|| format!("without the consent tag: {why}"))
    }
}

/// What a container has.
struct Looked {
    /// `None` where nothing is live.
    consent: Option<Consent>,
    live: Option<String>,
    base: u64,
    present: Present,
    /// The newest version, where it is not live because this run gave it up.
    given_up: Option<String>,
    /// The newest version is ours, and does not compile.
    refused: bool,
}

/// Two reads. What our own workspace is made of is the newest version, so that a newer one than the live one would go live with
/// it: nobody decided that. Those that this run made itself are no obstacle.
async fn look(work: &Work<'_>, container: &Container) -> Result<Looked> {
    let path = container.path();
    let live = live(work, &path).await;
    let live = work.explained(&path, live).await?;
    work.spent();
    let newest = match work.api.latest_version_header(&path).await {
        Err(error) if error.kind == ErrorKind::NotFound => None,
        answer => Some(work.explained(&path, answer).await?),
    };
    let newest = newest.map(|newest| newest.container_version_id).unwrap_or_default();
    let base = number(&newest);
    let live_id = live.as_ref().map(|live| live.container_version_id.clone());
    let consent = live.as_ref().map(Consent::of);
    let live_number = live_id.as_deref().map_or(0, number);
    if live_number == base {
        let present = live.as_ref().map(Present::of_version).unwrap_or_default();
        return Ok(Looked {
            consent,
            live: live_id,
            base,
            present,
            given_up: None,
            refused: false,
        });
    }
    let sent = Sent::so_far(work).await?;
    let rival = if sent.left(&newest) {
        let listed = work.all(work.api.version_headers(&path)).await;
        let headers = work.explained(&path, listed).await?;
        let ids = headers.into_iter().map(|header| header.container_version_id);
        ids.map(|id| (number(&id), id))
            .filter(|(number, id)| *number > live_number && !sent.left(id))
            .map(|(number, _)| number)
            .max()
    } else {
        Some(base)
    };
    let publishes = work.journal.has(ProvisionStep::Publish) && work.journal.has(ProvisionStep::Version);
    if let Some(rival) = rival.filter(|_| container.others() && publishes) {
        let error = Error::new(
            ErrorCode::Conflict,
            format!(
                "{} has a version {rival} that is not published{}. Publishing what this set-up adds would publish it, too.",
                container.public_id,
                live_id.map_or_else(String::new, |live| format!(" (version {live} is live)"))
            ),
            "Publish or delete that version in Tag Manager, then resume the set-up; or start one that leaves publishing out.",
        );
        return Err(work.with_page(error, "Open the versions in Tag Manager", &versions_page(&path)));
    }
    work.spent();
    let version = work.api.version(&format!("{path}/versions/{base}")).await;
    let version = work.explained(&path, version).await?;
    Ok(Looked {
        consent,
        live: live_id,
        base,
        present: Present::of_version(&version),
        refused: sent.refused.contains(&newest),
        given_up: Some(newest).filter(|newest| sent.given_up.contains(newest)),
    })
}

/// Where a person sees all versions of a container.
pub(super) fn versions_page(container: &str) -> String {
    format!("https://tagmanager.google.com/#/versions/{container}")
}

/// The version that is on the site; `None` where none ever was.
pub(super) async fn live(work: &Work<'_>, container: &str) -> Result<Option<ContainerVersion>, ApiError> {
    work.spent();
    match work.api.live_version(container).await {
        Ok(live) => Ok(Some(live)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Versions are counted up. What is no number is older than any.
pub(super) fn number(version_id: &str) -> u64 {
    version_id.parse().unwrap_or_default()
}
