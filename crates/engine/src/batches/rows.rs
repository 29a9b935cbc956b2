//! From a row of the file to a set-up: its form, what is wrong with it, and whether it is there already.

use std::collections::{BTreeMap, HashMap};

use super::known::Known;
use super::table::{Row, Table};
use super::views::key;
use crate::dto::batches::{BatchRequest, BatchRowPlan};
use crate::dto::provisioning::{ContainerChoice, FieldProblem, ProvisionRequest};
use crate::dto::templates::Template;
use crate::{provisioning, templates};

/// What is the same for all rows of a file.
pub(super) struct Reading<'a> {
    pub table: &'a Table,
    pub mapping: &'a BTreeMap<String, String>,
    pub request: &'a BatchRequest,
    /// Id of the connection that acts.
    pub connection_id: &'a str,
    /// By the template's name; `None` where there is no such template.
    pub templates: &'a HashMap<String, Option<Template>>,
    pub system_time_zone: &'a str,
}

impl Reading<'_> {
    /// All rows, with the problems of each and with what is there already.
    pub fn rows(&self, before: &Known) -> Vec<BatchRowPlan> {
        let (mut in_file, mut said) = (Known::default(), HashMap::new());
        let mut rows = self.forms();
        for (row, plan) in self.table.rows.iter().zip(&mut rows) {
            let (line, form) = (plan.line, &plan.request);
            let container = self.cell(row, "container");
            let earlier = *said.entry(key(form)).or_insert(line);
            if earlier != line && plan.problems.is_empty() {
                // Nothing tells the two apart, now or when they go on.
                plan.problems.push(problem(
                    "account_name",
                    format!("Line {earlier} says the same."),
                    "Remove one of the two, or give one another name.",
                ));
            } else {
                plan.duplicate = in_file.find(form, container.as_deref());
            }
            let resumes = before.unfinished(form);
            plan.resumes = resumes.map(|unfinished| unfinished.run_id.clone());
            if plan.duplicate.is_none() && !resumes.is_some_and(|unfinished| unfinished.has_account) {
                plan.duplicate = before.find(form, container.as_deref());
            }
            plan.anyway = plan.duplicate.is_some() && self.request.anyway.contains(&line);
            in_file.website(&form.website, format!("Line {line} has the same website."));
            in_file.name(&form.account_name, format!("Line {line} has the same account name."));
            if let Some(container) = container.filter(|_| matches!(form.container, ContainerChoice::Existing { .. })) {
                in_file.container(&container, format!("Line {line} has the same container."));
            }
        }
        rows
    }

    /// What each row says and what is wrong with it, without what is there already.
    pub fn forms(&self) -> Vec<BatchRowPlan> {
        let rows = self.table.rows.iter().map(|row| {
            let (request, problems) = self.form(row);
            BatchRowPlan {
                line: row.line,
                group: self.cell(row, "group"),
                request,
                problems,
                duplicate: None,
                anyway: false,
                resumes: None,
                made: false,
            }
        });
        rows.collect()
    }

    fn cell(&self, row: &Row, field: &str) -> Option<String> {
        let column = self.mapping.get(field)?;
        let index = self.table.headings.iter().position(|heading| heading == column)?;
        let text = row.cells.get(index)?.split_whitespace().collect::<Vec<_>>().join(" ");
        // What our own export writes before a formula is no part of the text.
        let text = text
            .strip_prefix('\'')
            .map_or(text.as_str(), |rest| if is_formula(rest) { rest } else { &text });
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn form(&self, row: &Row) -> (ProvisionRequest, Vec<FieldProblem>) {
        let mut problems = Vec::new();
        let template = self.cell(row, "template").or_else(|| self.request.template.clone());
        let of_row = match template.as_ref().map(|name| self.templates.get(name)) {
            Some(Some(Some(known))) => known.clone(),
            Some(_) => {
                problems.push(problem(
                    "template",
                    format!("There is no template {:?}.", template.clone().unwrap_or_default()),
                    "Take the name of a template from the list of templates.",
                ));
                templates::plain()
            }
            None => templates::plain(),
        };
        let property = of_row.property.clone();
        let account_name = self.cell(row, "account_name").unwrap_or_default();
        let chosen = &self.request.defaults;
        let or_else = |field: &str, chosen: Option<&String>, template: Option<String>| {
            let chosen = chosen.filter(|text| !text.is_empty()).cloned();
            self.cell(row, field).or(chosen).or(template)
        };
        let form = ProvisionRequest {
            connection: Some(self.connection_id.to_owned()),
            property_name: self.cell(row, "property_name").unwrap_or_else(|| account_name.clone()),
            account_name,
            website: self.cell(row, "website").unwrap_or_default(),
            time_zone: or_else("time_zone", chosen.time_zone.as_ref(), property.time_zone)
                .unwrap_or_else(|| self.system_time_zone.to_owned()),
            currency: or_else("currency", chosen.currency.as_ref(), property.currency).unwrap_or_default(),
            country: or_else("country", chosen.country.as_ref(), property.country).unwrap_or_default(),
            android_package: self.cell(row, "android_package"),
            ios_bundle: self.cell(row, "ios_bundle"),
            google_ads_customer: self.cell(row, "google_ads_customer"),
            wait_for_consent: self.consent(row, &mut problems).or(chosen.wait_for_consent),
            container: self.container(row, &mut problems),
            people: self.request.people.clone(),
            skip: self.request.skip.clone(),
            template,
            ..ProvisionRequest::default()
        };
        let (form, wrong) = provisioning::problems_of(form, &of_row);
        problems.extend(wrong);
        (form, problems)
    }

    fn consent(&self, row: &Row, problems: &mut Vec<FieldProblem>) -> Option<bool> {
        let said = self.cell(row, "wait_for_consent")?;
        match said.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "x" | "on" | "ja" | "j" | "wahr" | "oui" | "vrai" | "sí" | "sì" | "si"
            | "verdadero" | "vero" | "waar" => Some(true),
            "no" | "n" | "false" | "0" | "-" | "off" | "nein" | "falsch" | "non" | "faux" | "falso" | "nee"
            | "onwaar" => Some(false),
            _ => {
                problems.push(problem(
                    "wait_for_consent",
                    format!("{said:?} does not say whether to wait for consent."),
                    "Write yes or no.",
                ));
                None
            }
        }
    }

    fn container(&self, row: &Row, problems: &mut Vec<FieldProblem>) -> ContainerChoice {
        let account = self.cell(row, "tag_manager_account");
        if let Some(id) = account
            .as_ref()
            .filter(|id| !id.bytes().all(|letter| letter.is_ascii_digit()))
        {
            problems.push(problem(
                "tag_manager_account",
                format!("{id:?} is not the id of a Tag Manager account."),
                "Write its digits, as Tag Manager shows them.",
            ));
        }
        let new = |account_id: Option<String>| ContainerChoice::New { account_id };
        let Some(said) = self.cell(row, "container") else {
            return account.map_or_else(|| self.request.container.clone(), |id| new(Some(id)));
        };
        match said.to_lowercase().as_str() {
            "new" | "yes" | "x" | "neu" | "ja" | "oui" | "nouveau" | "sí" | "si" | "nuevo" => {
                new(account.or_else(|| match &self.request.container {
                    ContainerChoice::New { account_id } => account_id.clone(),
                    _ => None,
                }))
            }
            "none" | "no" | "-" | "kein" | "keiner" | "nein" | "non" => ContainerChoice::None,
            lower if lower.starts_with("gtm-") => ContainerChoice::Existing {
                container: said.to_uppercase(),
            },
            lower if lower.starts_with("accounts/") => ContainerChoice::Existing { container: said },
            _ => {
                problems.push(problem(
                    "container",
                    format!("{said:?} is not a container."),
                    "Write its id as GTM-XXXXXXX, or \"new\", or \"none\".",
                ));
                ContainerChoice::None
            }
        }
    }
}

/// A spreadsheet would compute what begins like this.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn problem(field: &str, message: String, remedy: &str) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        message,
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batches::{mapping, table};

    fn request() -> BatchRequest {
        BatchRequest {
            path: "clients.csv".to_owned(),
            mapping: BTreeMap::new(),
            connection: None,
            template: Some("shop".to_owned()),
            defaults: crate::dto::batches::BatchDefaults {
                currency: Some("GBP".to_owned()),
                ..Default::default()
            },
            container: ContainerChoice::New { account_id: None },
            people: Vec::new(),
            skip: std::collections::BTreeSet::default(),
            terms: crate::dto::batches::TermsInBatch::default(),
            leave_out_wrong_rows: false,
            anyway: std::collections::BTreeSet::default(),
            seen: None,
        }
    }

    fn rows(file: &str, before: &Known) -> Vec<BatchRowPlan> {
        let table = table::read(file.as_bytes()).unwrap();
        let request = request();
        let mapping = mapping::mapping(&table, &request.mapping).unwrap();
        let mut shop = templates::plain();
        shop.property.country = Some("GB".to_owned());
        let templates = HashMap::from([("shop".to_owned(), Some(shop)), ("nope".to_owned(), None)]);
        Reading {
            table: &table,
            mapping: &mapping,
            request: &request,
            connection_id: "one",
            templates: &templates,
            system_time_zone: "Europe/London",
        }
        .rows(before)
    }

    fn fields(row: &BatchRowPlan) -> Vec<&str> {
        row.problems.iter().map(|problem| problem.field.as_str()).collect()
    }

    #[test]
    fn a_row_goes_before_what_is_chosen_and_the_template_comes_last() {
        let rows = rows(
            "Client,Website,Currency,Time zone,Group,GTM\n\
             Harbour  Bakery,www.harbour.example,,Europe/Dublin,Retail,\n\
             Chandlery,https://chandlery.example/shop,eur,,,gtm-abc123",
            &Known::default(),
        );
        let first = &rows[0].request;
        assert_eq!(
            (first.account_name.as_str(), first.property_name.as_str()),
            ("Harbour Bakery", "Harbour Bakery")
        );
        assert_eq!((first.currency.as_str(), first.country.as_str()), ("GBP", "GB"));
        assert_eq!(
            (first.time_zone.as_str(), rows[1].request.time_zone.as_str()),
            ("Europe/Dublin", "Europe/London")
        );
        assert_eq!(first.container, ContainerChoice::New { account_id: None });
        assert_eq!(rows[0].group.as_deref(), Some("Retail"));
        assert_eq!(rows[1].request.currency, "EUR");
        let existing = ContainerChoice::Existing {
            container: "GTM-ABC123".to_owned(),
        };
        assert_eq!(rows[1].request.container, existing);
        assert!(
            rows.iter()
                .all(|row| row.problems.is_empty() && row.duplicate.is_none()),
            "{rows:?}"
        );
    }

    #[test]
    fn each_wrong_cell_is_named() {
        let rows = rows(
            "Client,Website,Template,Tag Manager account,Container\n\
             A,not a site,nope,x12,perhaps\n,https://b.example,,,none",
            &Known::default(),
        );
        let found = fields(&rows[0]);
        for field in ["template", "tag_manager_account", "container", "website"] {
            assert!(found.contains(&field), "{field} of {found:?}");
        }
        assert!(fields(&rows[1]).contains(&"account_name"));
        assert_eq!(rows[1].request.container, ContainerChoice::None);
    }

    #[test]
    fn consent_is_read_in_several_languages() {
        let said = [
            "yes", "JA", "oui", "Sí", "x", "true", "no", "Nein", "non", "0", "FALSE", "",
        ];
        let lines: Vec<_> = (0..)
            .zip(said)
            .map(|(at, said)| format!("{at},https://{at}.example,{said}"))
            .collect();
        let rows = rows(
            &format!("Client,Website,Consent\n{}", lines.join("\n")),
            &Known::default(),
        );
        let found: Vec<_> = rows.iter().map(|row| row.request.wait_for_consent).collect();
        let expected = [[Some(true); 6].as_slice(), &[Some(false); 5], &[None]].concat();
        assert_eq!(found, expected);
    }

    #[test]
    fn duplicates_are_found_in_the_file_and_from_before() {
        let mut before = Known::default();
        before.website("https://www.known.example", "Already set up on 12 May 2026.".to_owned());
        before.name("Old Mill", "Google Analytics has an account of this name.".to_owned());
        let rows = rows(
            "Client,Website\nA,https://a.example\nB,WWW.A.example/start\na,https://c.example\nD,known.example\nold mill,https://e.example",
            &before,
        );
        let words: Vec<_> = rows
            .iter()
            .map(|row| row.duplicate.clone().unwrap_or_default())
            .collect();
        assert_eq!(
            words,
            [
                "",
                "Line 2 has the same website.",
                "Line 2 has the same account name.",
                "Already set up on 12 May 2026.",
                "Google Analytics has an account of this name."
            ]
        );
    }
}
