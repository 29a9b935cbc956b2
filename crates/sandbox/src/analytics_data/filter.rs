//! Filter expressions: and, or, not over string, in-list, numeric, between and empty filters.
use regex::{Regex, RegexBuilder};

use super::columns::{Column, Seen};
use super::refusal::Refusal;
use super::request::{self, FilterExpression, MatchType, NumericValue, Operation};

/// A filter tree whose leaves are of kind `L`.
#[derive(Debug)]
pub enum Node<L> {
    And(Vec<Node<L>>),
    Or(Vec<Node<L>>),
    Not(Box<Node<L>>),
    Leaf(L),
}

/// What a leaf asks of a value.
#[derive(Debug)]
pub enum Test {
    Text {
        kind: MatchType,
        value: String,
        case_sensitive: bool,
    },
    Pattern(Regex),
    List {
        values: Vec<String>,
        case_sensitive: bool,
    },
    Compare(Operation, f64),
    Between(f64, f64),
    Empty,
}

/// A leaf on a dimension, with the verdicts it has given, by value id.
#[derive(Debug)]
pub struct OnDimension {
    pub column: Column,
    test: Test,
    verdicts: Vec<Option<bool>>,
}

/// Builds a tree; `leaf` turns (field name, test) into a leaf.
pub fn build<L>(
    expression: &FilterExpression,
    leaf: &mut impl FnMut(&str, Test) -> Result<L, Refusal>,
) -> Result<Node<L>, Refusal> {
    let FilterExpression {
        and_group,
        or_group,
        not_expression,
        filter,
    } = expression;
    let set = [
        and_group.is_some(),
        or_group.is_some(),
        not_expression.is_some(),
        filter.is_some(),
    ];
    if set.into_iter().filter(|is| *is).count() != 1 {
        return Err(Refusal::invalid(
            "A FilterExpression must have exactly one of and_group, or_group, not_expression and filter.",
        ));
    }
    if let Some(list) = and_group.as_ref().or(or_group.as_ref()) {
        if list.expressions.is_empty() {
            return Err(Refusal::invalid(
                "A FilterExpressionList must have at least one expression.",
            ));
        }
        let nodes = list
            .expressions
            .iter()
            .map(|one| build(one, leaf))
            .collect::<Result<Vec<_>, _>>()?;
        return Ok(if and_group.is_some() {
            Node::And(nodes)
        } else {
            Node::Or(nodes)
        });
    }
    if let Some(inner) = not_expression {
        return Ok(Node::Not(Box::new(build(inner, leaf)?)));
    }
    let Some(filter) = filter else {
        return Err(Refusal::invalid("An empty filter."));
    };
    Ok(Node::Leaf(leaf(&filter.field_name, test(filter)?)?))
}

fn number(value: &NumericValue) -> Result<f64, Refusal> {
    match (value.int64_value, value.double_value) {
        (Some(whole), None) => Ok(whole as f64),
        (None, Some(real)) => Ok(real),
        _ => Err(Refusal::invalid(
            "A NumericValue must have exactly one of int64_value and double_value.",
        )),
    }
}

fn test(filter: &request::Filter) -> Result<Test, Refusal> {
    let mut tests = Vec::new();
    if let Some(text) = &filter.string_filter {
        let pattern = match text.match_type {
            MatchType::FullRegexp => Some(format!("^(?:{})$", text.value)),
            MatchType::PartialRegexp => Some(text.value.clone()),
            _ => None,
        };
        tests.push(match pattern {
            Some(pattern) => Test::Pattern(
                RegexBuilder::new(&pattern)
                    .case_insensitive(!text.case_sensitive)
                    .size_limit(1 << 20)
                    .build()
                    .map_err(|_| Refusal::invalid(format!("The regular expression is invalid: {}", text.value)))?,
            ),
            None => Test::Text {
                kind: text.match_type,
                value: if text.case_sensitive {
                    text.value.clone()
                } else {
                    text.value.to_lowercase()
                },
                case_sensitive: text.case_sensitive,
            },
        });
    }
    if let Some(list) = &filter.in_list_filter {
        if list.values.is_empty() {
            return Err(Refusal::invalid("An InListFilter must have at least one value."));
        }
        let fold = |value: &String| {
            if list.case_sensitive {
                value.clone()
            } else {
                value.to_lowercase()
            }
        };
        tests.push(Test::List {
            values: list.values.iter().map(fold).collect(),
            case_sensitive: list.case_sensitive,
        });
    }
    if let Some(numeric) = &filter.numeric_filter {
        if numeric.operation == Operation::Unspecified {
            return Err(Refusal::invalid("A NumericFilter must have an operation."));
        }
        tests.push(Test::Compare(numeric.operation, number(&numeric.value)?));
    }
    if let Some(between) = &filter.between_filter {
        tests.push(Test::Between(number(&between.from_value)?, number(&between.to_value)?));
    }
    if filter.empty_filter.is_some() {
        tests.push(Test::Empty);
    }
    match (tests.pop(), tests.is_empty()) {
        (Some(test), true) => Ok(test),
        _ => Err(Refusal::invalid(
            "A Filter must have exactly one of string_filter, in_list_filter, numeric_filter, between_filter and \
             empty_filter.",
        )),
    }
}

impl Test {
    /// The verdict on a text; numeric tests read it as a number.
    pub fn text(&self, text: &str) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.is_match(text),
            Self::Text {
                kind,
                value,
                case_sensitive,
            } => {
                let folded = if *case_sensitive {
                    text.to_owned()
                } else {
                    text.to_lowercase()
                };
                match kind {
                    MatchType::BeginsWith => folded.starts_with(value),
                    MatchType::EndsWith => folded.ends_with(value),
                    MatchType::Contains => folded.contains(value.as_str()),
                    _ => folded == *value,
                }
            }
            Self::List { values, case_sensitive } => {
                let folded = if *case_sensitive {
                    text.to_owned()
                } else {
                    text.to_lowercase()
                };
                values.contains(&folded)
            }
            Self::Compare(..) | Self::Between(..) => text.parse().is_ok_and(|number| self.number(number)),
            Self::Empty => text.is_empty() || text == "(not set)",
        }
    }

    /// The verdict on a number; texts tests fail.
    pub fn number(&self, number: f64) -> bool {
        match self {
            // Metric values are printed numbers; equality is of what was printed.
            Self::Compare(Operation::Equal, value) => (number - value).abs() < 1e-9,
            Self::Compare(Operation::LessThan, value) => number < *value,
            Self::Compare(Operation::LessThanOrEqual, value) => number <= *value,
            Self::Compare(Operation::GreaterThan, value) => number > *value,
            Self::Compare(Operation::GreaterThanOrEqual, value) => number >= *value,
            Self::Between(low, high) => *low <= number && number <= *high,
            _ => false,
        }
    }
}

impl OnDimension {
    pub fn new(column: Column, test: Test) -> Self {
        Self {
            column,
            test,
            verdicts: Vec::new(),
        }
    }

    fn passes(&mut self, seen: &Seen<'_>) -> bool {
        let id = self.column.id(seen) as usize;
        if self.verdicts.len() <= id {
            self.verdicts.resize(id + 1, None);
        }
        match self.verdicts[id] {
            Some(verdict) => verdict,
            None => *self.verdicts[id].insert(self.test.text(&self.column.texts()[id])),
        }
    }
}

impl Node<OnDimension> {
    /// Whether what is seen passes.
    pub fn passes(&mut self, seen: &Seen<'_>) -> bool {
        match self {
            Self::And(nodes) => nodes.iter_mut().all(|node| node.passes(seen)),
            Self::Or(nodes) => nodes.iter_mut().any(|node| node.passes(seen)),
            Self::Not(node) => !node.passes(seen),
            Self::Leaf(leaf) => leaf.passes(seen),
        }
    }
}

impl Node<(usize, Test)> {
    /// Whether a row of metric values passes; leaves name a metric by place.
    pub fn row_passes(&self, values: &[f64]) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.row_passes(values)),
            Self::Or(nodes) => nodes.iter().any(|node| node.row_passes(values)),
            Self::Not(node) => !node.row_passes(values),
            Self::Leaf((metric, test)) => test.number(values[*metric]),
        }
    }
}

impl<L> Node<L> {
    /// Every leaf.
    pub fn leaves<'a>(&'a self, into: &mut Vec<&'a L>) {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.leaves(into)),
            Self::Not(node) => node.leaves(into),
            Self::Leaf(leaf) => into.push(leaf),
        }
    }
}
