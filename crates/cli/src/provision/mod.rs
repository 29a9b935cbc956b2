//! `gantry provision`: set up a site, or many, or go on with a set-up that stopped.

mod after;
pub mod batch_told;
mod many;
mod one;
mod plan;
mod prefill;
mod undo;

use std::process::ExitCode;

use gantry_engine::dto::batches::BatchDefaults;
use gantry_engine::dto::provisioning::{
    ChoicesRequest, ContainerChoice, ProvisionRunView, ProvisionState, ResumeProvision,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Result, provisioning};

use crate::composition::Session;
use crate::output::table;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Command {
    #[command(subcommand)]
    after: Option<after::Command>,
    /// A client in a box: see `gantry templates list`.
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    #[command(flatten)]
    many: many::Options,
    #[command(flatten)]
    one: one::Options,
    /// The new Analytics account: usually the business. Where absent, the website is looked at for its name, country and currency.
    #[arg(long, required_unless_present_any = ["website", "resume", "runs", "from", "batches", "redirects", "analytics_account", "property"])]
    account_name: Option<String>,
    /// The new property; the account's name where absent.
    #[arg(long)]
    property_name: Option<String>,
    /// The site to measure.
    #[arg(long, value_name = "URL", required_unless_present_any = ["resume", "runs", "from", "batches", "redirects", "android", "ios"])]
    website: Option<String>,
    /// IANA time zone of the reports; the template's, else this computer's where absent.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// ISO 4217 currency of the reports; Google takes USD where absent.
    #[arg(long, value_name = "CODE", default_value = "")]
    currency: String,
    /// Region code of the business, for instance GB.
    #[arg(long, value_name = "CODE", default_value = "")]
    country: String,
    /// Go on with a set-up that stopped. --skip leaves a step out; --person, --container and the like put right what is not done
    /// yet.
    #[arg(long, value_name = "RUN")]
    resume: Option<String>,
    /// List set-ups, finished and unfinished.
    #[arg(long, conflicts_with_all = ["account_name", "website", "resume"])]
    runs: bool,
    /// Which addresses Google may send the browser back to after the Terms of Service, and what to register.
    #[arg(long, conflicts_with_all = ["account_name", "website", "resume", "runs"])]
    redirects: bool,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    if let Some(after) = command.after {
        return after::run(after, session).await;
    }
    command.many.refuse_without_a_file()?;
    if command.many.from.is_some() || command.many.batches.is_some() {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let shared = many::Shared {
            template: command.template,
            defaults: BatchDefaults {
                time_zone: command.time_zone,
                currency: some(command.currency),
                country: some(command.country),
                wait_for_consent: command.one.waits_for_consent(),
            },
            container: command.one.container(),
            people: command.one.people(),
            skip: command.one.left_out(),
        };
        return many::run(command.many, shared, session).await;
    }
    if command.runs {
        let runs = provisioning::runs(&session.engine, Nothing {}).await?;
        return session.output.result(&runs, |runs| rows(runs));
    }
    if command.redirects {
        let request = ChoicesRequest {
            connection: session.connection.clone(),
        };
        let seen = provisioning::redirects(&session.engine, request).await?;
        return session.output.result(&seen, plan::redirects);
    }
    let done: ProvisionRunView = if let Some(run_id) = command.resume {
        let leave_out = command.one.left_out();
        let basics = one::Basics {
            connection: None,
            template: None,
            account_name: command.account_name,
            property_name: command.property_name,
            website: command.website,
            time_zone: command.time_zone,
            currency: command.currency,
            country: command.country,
        };
        let known = provisioning::show(&session.engine, ById { id: run_id.clone() }).await?;
        let request = ResumeProvision {
            corrected: command.one.corrected(basics, &known.request),
            run_id,
            leave_out,
        };
        let run = |engine, job| async move { provisioning::resume(&engine, request, &job).await };
        Box::pin(session.run_job("provisioning.resume", run)).await?
    } else {
        let fitting = match command.one.container() {
            Some(named) => named,
            // A property that is there is measured by something already.
            None if command.one.is_there() => ContainerChoice::None,
            None => many::fitting(session, command.template.as_deref()).await?,
        };
        let mut basics = one::Basics {
            connection: session.connection.clone(),
            template: command.template,
            account_name: command.account_name,
            property_name: command.property_name,
            website: command.website,
            time_zone: command.time_zone,
            currency: command.currency,
            country: command.country,
        };
        // A property that is there has a name already.
        if basics.account_name.is_none() && !command.one.is_there() {
            prefill::from_website(&mut basics, session).await?;
        }
        let mut request = command.one.form(basics)?;
        request.container = fitting;
        let mut planned = provisioning::plan(&session.engine, request.clone()).await?;
        if planned.problems.iter().any(|problem| problem.field == "time_zone") && request.time_zone.is_empty() {
            // The template has none.
            request.time_zone = provisioning::system_time_zone();
            planned = provisioning::plan(&session.engine, request.clone()).await?;
        }
        if command.many.plan {
            return session.output.result(&planned, plan::shown);
        }
        if let Some(refused) = plan::refusal(&planned) {
            return Err(refused);
        }
        if planned.problems.is_empty() {
            session.output.note(&plan::shown(&planned));
        }
        let run = |engine, job| async move { provisioning::start(&engine, request, &job).await };
        session.run_job("provisioning.start", run).await?
    };
    let code = session.output.done(&done, |done| match &done.result {
        Some(made) => format!(
            "Measurement ID: {}\nAccount {}, property {}, data stream {}\n{}\nPaste this into the <head> of {}:\n\n{}{}",
            made.measurement_id,
            made.account_id,
            made.property_id,
            made.data_stream_id,
            plan::container(made),
            done.request.website,
            made.snippet,
            made.noscript
                .as_ref()
                .map(|noscript| format!("\n\nand this right after the opening <body>:\n\n{noscript}"))
                .unwrap_or_default()
        ),
        None => done.problem.clone().unwrap_or_default(),
    })?;
    session.engine.answer_pages_served().await;
    Ok(code)
}

fn rows(runs: &[ProvisionRunView]) -> String {
    if runs.is_empty() {
        return "No site was set up yet.".to_owned();
    }
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let state = match run.state {
                _ if run.in_trash.is_some() => gone(run),
                ProvisionState::Running => "running",
                ProvisionState::WaitingForTerms => "waiting for the Terms of Service",
                ProvisionState::WaitingForTagManager => "waiting for a Tag Manager account",
                ProvisionState::Done => "done",
                ProvisionState::Failed => "stopped",
                ProvisionState::Cancelled => "cancelled",
            };
            let made = run.result.as_ref().map(|made| made.measurement_id.clone());
            let outcome = made.or_else(|| run.problem.clone()).unwrap_or_default();
            vec![
                run.id.clone(),
                run.request.account_name.clone(),
                state.to_owned(),
                outcome,
            ]
        })
        .collect();
    table(&["RUN", "ACCOUNT", "STATE", "OUTCOME"], &rows)
}

/// What is said of a set-up that made something which is in the trash by now.
fn gone(run: &ProvisionRunView) -> &'static str {
    let is_container = |asset: &str| asset.contains("/containers/");
    let gone = run.in_trash.iter().flatten();
    if gone.clone().all(|one| is_container(&one.asset)) {
        "container in the trash"
    } else {
        "in the trash"
    }
}
