//! `gantry provision --from FILE`: many clients from a table. The same command again goes on with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gantry_engine::dto::batches::{BatchDefaults, BatchRequest, BatchRowState, BatchView, ExportBatch, TermsInBatch};
use gantry_engine::dto::provisioning::{ContainerChoice, PersonAccess, ProvisionStep};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Error, ErrorCode, Result, batches, templates};

use super::batch_told as told;
use crate::composition::Session;

/// What only a table of clients takes.
#[derive(Debug, Default, clap::Args)]
#[group(id = "table")]
pub struct Options {
    /// Set up every client of this CSV file. The same command again goes on where it stopped, and tries again what failed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["account_name", "property_name", "website", "resume", "runs"])]
    pub from: Option<PathBuf>,
    /// Which column holds a field, where its heading does not say so: `--map website=Homepage`. Several times.
    #[arg(long, value_name = "FIELD=COLUMN", requires = "from", value_parser = field_and_column)]
    pub map: Vec<(String, String)>,
    /// A Tag Manager container for each client whose row names none: `new`, `none`, or the id of the Tag Manager account to
    /// make new ones in. `new` where the template has something to put into them.
    #[arg(long, requires = "from", value_name = "new|none|ACCOUNT", value_parser = containers)]
    pub containers: Option<ContainerChoice>,
    /// Hand out the links to the Terms of Service, several at once, instead of opening one page after the other.
    #[arg(long, requires = "from")]
    pub links: bool,
    /// Say what would be set up, what is wrong and what it costs; send nothing.
    #[arg(long)]
    pub plan: bool,
    /// Set up the rows that are right, where others are wrong or set up already.
    #[arg(long, requires = "from")]
    pub leave_out_wrong_rows: bool,
    /// Set these rows up all the same, though they are there already (another business of the same name, for instance): their
    /// lines in the file. Wrong rows cannot be.
    #[arg(long, requires = "from", value_name = "LINE[,LINE]", value_delimiter = ',')]
    pub anyway: Vec<u32>,
    /// Write what was made to this CSV file, however it ends.
    #[arg(long, value_name = "FILE", requires = "from")]
    pub export: Option<PathBuf>,
    /// List what was set up from files, finished and unfinished; or, of one of them, each client: how far it is, or why it failed.
    #[arg(long, value_name = "BATCH", num_args = 0..=1, conflicts_with_all = ["from", "account_name", "website", "resume", "runs"])]
    pub batches: Option<Option<String>>,
}

impl Options {
    /// Refuses what says something of a file where none is named. `requires` does not, beside an option that a file excludes.
    pub fn refuse_without_a_file(&self) -> Result<()> {
        let said = [
            (!self.map.is_empty(), "--map"),
            (self.containers.is_some(), "--containers"),
            (self.links, "--links"),
            (self.leave_out_wrong_rows, "--leave-out-wrong-rows"),
            (!self.anyway.is_empty(), "--anyway"),
            (self.export.is_some(), "--export"),
        ];
        match said.into_iter().find(|(is_said, _)| *is_said) {
            Some((_, option)) if self.from.is_none() => Err(Error::invalid(
                format!("{option} is for a file of clients, and none is named."),
                "Name the file with --from FILE, or leave the option out.",
            )),
            _ => Ok(()),
        }
    }
}

fn field_and_column(text: &str) -> std::result::Result<(String, String), &'static str> {
    let (field, column) = text.split_once('=').ok_or("write FIELD=COLUMN")?;
    Ok((field.trim().to_owned(), column.trim().to_owned()))
}

fn containers(text: &str) -> std::result::Result<ContainerChoice, &'static str> {
    match text {
        "none" => Ok(ContainerChoice::None),
        "new" => Ok(ContainerChoice::New { account_id: None }),
        id if !id.is_empty() && id.bytes().all(|digit| digit.is_ascii_digit()) => Ok(ContainerChoice::New {
            account_id: Some(id.to_owned()),
        }),
        _ => Err("write new, none, or the digits of a Tag Manager account"),
    }
}

/// What all clients share, from the options of one set-up.
pub struct Shared {
    pub template: Option<String>,
    pub defaults: BatchDefaults,
    pub container: Option<ContainerChoice>,
    pub people: Vec<PersonAccess>,
    pub skip: BTreeSet<ProvisionStep>,
}

pub async fn run(options: Options, shared: Shared, session: &Session<'_>) -> Result<ExitCode> {
    match options.batches {
        Some(Some(id)) => {
            let batch = batches::show(&session.engine, ById { id }).await?;
            return session.output.result(&batch, told::detail);
        }
        Some(None) => {
            let known = batches::list(&session.engine, Nothing {}).await?;
            return session.output.result(&known, |known| told::list(known));
        }
        None => {}
    }
    let from = options.from.unwrap_or_default();
    let mut request = BatchRequest {
        path: absolute(&from)?,
        mapping: options.map.into_iter().collect::<BTreeMap<_, _>>(),
        connection: session.connection.clone(),
        container: match options.containers.or(shared.container) {
            Some(container) => container,
            None => fitting(session, shared.template.as_deref()).await?,
        },
        template: shared.template,
        defaults: shared.defaults,
        people: shared.people,
        skip: shared.skip,
        terms: if options.links {
            TermsInBatch::Links
        } else {
            TermsInBatch::InTurn
        },
        leave_out_wrong_rows: options.leave_out_wrong_rows,
        anyway: options.anyway.into_iter().collect(),
        seen: None,
    };
    let plan = batches::plan(&session.engine, request.clone()).await?;
    if options.plan {
        return session.output.result(&plan, told::planned);
    }
    session.output.note(&told::cost(&plan));
    request.seen = Some(plan.digest);
    let again = request.clone();
    let run = |engine, job| async move { batches::start(&engine, request, &job).await };
    let outcome = session.run_job("batches.start", run).await;
    let exported = match options.export {
        Some(to) => export(session, again, &outcome, &to).await,
        None => Ok(()),
    };
    let batch = match (outcome, exported) {
        (Ok(batch), exported) => exported.map(|()| batch)?,
        (Err(error), exported) => {
            // Why it stopped is said last, as after every command; stdout has no room for two errors.
            if let Err(unwritten) = exported {
                eprintln!("{} {}", unwritten.message, unwritten.remedy);
            }
            return Err(error);
        }
    };
    let failed = batch
        .rows
        .iter()
        .filter(|row| row.state == BatchRowState::Failed)
        .count();
    let code = session.output.done(&batch, told::results)?;
    session.engine.answer_pages_served().await;
    Ok(if failed == 0 {
        code
    } else {
        ExitCode::from(ErrorCode::PartlyDone.exit_code())
    })
}

/// A new container where the template has something to put into it.
pub async fn fitting(session: &Session<'_>, template: Option<&str>) -> Result<ContainerChoice> {
    let known = templates::list(&session.engine, Nothing {}).await?;
    let fills = known
        .iter()
        .any(|known| Some(known.template.name.as_str()) == template && known.tag_manager_entities > 0);
    Ok(if fills {
        ContainerChoice::New { account_id: None }
    } else {
        ContainerChoice::None
    })
}

/// What there is by now is written down as well where the batch did not come to its end.
async fn export(session: &Session<'_>, request: BatchRequest, outcome: &Result<BatchView>, to: &Path) -> Result<()> {
    let known = match outcome {
        Ok(batch) => Some(batch.id.clone()),
        // Begun just now, perhaps: the plan of the same rows names their batch.
        Err(_) => batches::plan(&session.engine, request).await?.resumes,
    };
    let Some(id) = known else {
        eprintln!("Nothing was begun, so {} was not written.", to.display());
        return Ok(());
    };
    let path = absolute(to)?;
    batches::export(&session.engine, ExportBatch { id, path }).await?;
    Ok(())
}

fn absolute(path: &Path) -> Result<String> {
    let path = std::path::absolute(path).map_err(|error| {
        Error::invalid(format!("{} is not the name of a file.", path.display()), "Check it.").with_details(error)
    })?;
    Ok(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_table_are_read() {
        assert_eq!(
            field_and_column("website = Home=page").unwrap(),
            ("website".to_owned(), "Home=page".to_owned())
        );
        assert!(field_and_column("website").is_err());
        let account = ContainerChoice::New {
            account_id: Some("123".to_owned()),
        };
        assert_eq!(containers("123").unwrap(), account);
        assert_eq!(containers("none").unwrap(), ContainerChoice::None);
        assert!(containers("GTM-1").is_err());
    }
}
