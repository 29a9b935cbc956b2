//! A plan and its redirect addresses, for people.

use gantry_engine::Error;
use gantry_engine::dto::provisioning::{FieldProblem, ProvisionPlan, ProvisionResult, RedirectsView};

pub fn shown(plan: &ProvisionPlan) -> String {
    let mut lines: Vec<String> = plan
        .steps
        .iter()
        .map(|step| {
            let calls = match step.analytics_calls + step.tag_manager_calls {
                _ if step.skipped => "left out".to_owned(),
                0 => "no call".to_owned(),
                1 => "1 call".to_owned(),
                calls => format!("{calls} calls"),
            };
            format!("  {} ({calls})", step.detail)
        })
        .collect();
    lines.push(format!(
        "{} calls to Analytics, {} to Tag Manager; {} of them only make sure. About {} s without what waits for you.",
        plan.analytics_calls, plan.tag_manager_calls, plan.safety_reads, plan.seconds
    ));
    if !plan.missing.is_empty() {
        let names: Vec<&str> = plan.missing.iter().map(|permission| permission.name()).collect();
        lines.push(format!(
            "Not allowed yet: {}. Sign in once for all with --sign-in.",
            names.join(", ")
        ));
    }
    if let Some(run) = &plan.resumes {
        lines.push(format!("It goes on with the set-up {run}, which was not finished."));
    }
    lines.extend(plan.notes.iter().map(|note| format!("Note: {note}")));
    lines.extend(plan.problems.iter().map(told));
    lines.join("\n")
}

/// Everything that is wrong with a form, where it is more than one thing; the engine tells one thing best itself.
pub fn refusal(plan: &ProvisionPlan) -> Option<Error> {
    if plan.problems.len() < 2 {
        return None;
    }
    let problems = plan.problems.iter().map(told).collect::<Vec<_>>().join("\n  ");
    let message = format!("{} things of the form are wrong.\n  {problems}", plan.problems.len());
    Some(Error::invalid(
        message,
        "Put them right; --plan shows the form without sending anything.",
    ))
}

fn told(problem: &FieldProblem) -> String {
    format!("{}: {} {}", problem.field, problem.message, problem.remedy)
}

pub fn redirects(view: &RedirectsView) -> String {
    let mut lines = vec![format!("OAuth client {}", view.oauth_client), view.message.clone()];
    for uri in &view.registered {
        let free = if uri.free { "free" } else { "in use by another program" };
        lines.push(format!("  {} ({free})", uri.uri));
    }
    if !view.usable {
        lines.push("To register:".to_owned());
        lines.extend(view.suggested.iter().map(|uri| format!("  {uri}")));
    }
    lines.join("\n")
}

/// The container in a line of its own, where there is one.
pub fn container(made: &ProvisionResult) -> String {
    match &made.container {
        None => String::new(),
        Some(container) if container.published => format!("Container {}, published\n", container.public_id),
        Some(container) => format!("Container {}, not published\n", container.public_id),
    }
}
