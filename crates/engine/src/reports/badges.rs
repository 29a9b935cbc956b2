//! What limits a report's data, told beside it: Google's own warnings, in plain words.

use google_apis::analytics_data::ResponseMetadata;

use crate::dto::reports::{Badge, BadgeKind};

/// The badges of some reports, each kind once.
pub(super) fn badges<'a>(reports: impl IntoIterator<Item = &'a ResponseMetadata>) -> Vec<Badge> {
    let mut badges: Vec<Badge> = Vec::new();
    for badge in reports.into_iter().flat_map(of_one) {
        if !badges.iter().any(|known| known.kind == badge.kind) {
            badges.push(badge);
        }
    }
    badges
}

fn of_one(report: &ResponseMetadata) -> Vec<Badge> {
    let mut badges = Vec::new();
    if let Some(sampling) = report
        .sampling_metadatas
        .iter()
        .max_by_key(|sampling| sampling.sampling_space_size)
    {
        let share = sampling.samples_read_count as f64 / (sampling.sampling_space_size.max(1)) as f64 * 100.0;
        let share = if share < 1.0 {
            format!("{share:.1}")
        } else {
            format!("{share:.0}")
        };
        badges.push(Badge {
            kind: BadgeKind::Sampled,
            label: format!("Sampled: {share} % of events"),
            explanation: "Google read a part of the events and scaled the result up. A shorter period is read in full."
                .to_owned(),
        });
    }
    if report.subject_to_thresholding {
        badges.push(Badge {
            kind: BadgeKind::Thresholded,
            label: "Small groups hidden".to_owned(),
            explanation: "Google leaves out rows with few people, so that nobody can be recognised. Totals may be higher than the rows."
                .to_owned(),
        });
    }
    if report.data_loss_from_other_row {
        badges.push(Badge {
            kind: BadgeKind::OtherRow,
            label: "Rest grouped".to_owned(),
            explanation: "There are more different values than Google keeps; the rare ones are in the row (other)."
                .to_owned(),
        });
    }
    badges
}

/// The period goes up to a day that is not over.
pub(super) fn today_incomplete() -> Badge {
    Badge {
        kind: BadgeKind::TodayIncomplete,
        label: "Today is not complete".to_owned(),
        explanation: "The last day is not over, and Google may still be counting the day before.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use google_apis::analytics_data::SamplingMetadata;

    #[test]
    fn each_kind_is_told_once() {
        let sampled = ResponseMetadata {
            sampling_metadatas: vec![SamplingMetadata {
                samples_read_count: 620,
                sampling_space_size: 1000,
            }],
            subject_to_thresholding: true,
            ..Default::default()
        };
        let badges = badges([&sampled, &sampled, &ResponseMetadata::default()]);
        let labels: Vec<_> = badges.iter().map(|badge| badge.label.as_str()).collect();
        assert_eq!(labels, ["Sampled: 62 % of events", "Small groups hidden"]);
    }
}
