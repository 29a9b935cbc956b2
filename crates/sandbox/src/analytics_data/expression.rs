//! Metric expressions: a metric's name, or arithmetic over several (`eventCount/totalUsers`).
use std::cell::Cell;

use super::metrics::{METRICS, Metric, MetricType};
use super::refusal::Refusal;
use super::tally::{People, Slots, Sums};

/// A formula over metrics.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    Metric(Metric),
    Number(f64),
    Apply(char, Box<Expression>, Box<Expression>),
}

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut rest = text.trim();
        let read = sum(&mut rest)?;
        if rest.is_empty() {
            Ok(read)
        } else {
            Err(Refusal::unknown("metric", text))
        }
    }

    /// Its value for a row; `money` converts amounts of money. Division by nothing is 0.
    pub fn value(&self, sums: Sums<'_>, people: &People, money: f64) -> f64 {
        match self {
            Self::Metric(metric) => {
                let value = metric.value(sums, people);
                if metric.is_money() { value * money } else { value }
            }
            Self::Number(number) => *number,
            Self::Apply(sign, left, right) => {
                let (left, right) = (left.value(sums, people, money), right.value(sums, people, money));
                match sign {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ if right == 0.0 => 0.0,
                    _ => left / right,
                }
            }
        }
    }

    /// The counters it reads, as bits.
    pub fn counters(&self) -> u32 {
        let asked = Cell::new(0);
        let everybody = People {
            total: 1,
            active: 1,
            purchasers: 1,
            scrolled: 1,
            with_key_event: 1,
        };
        self.value(Sums::probe(&Slots::of(0), &asked), &everybody, 1.0);
        asked.get()
    }

    /// Every metric inside.
    pub fn metrics(&self, into: &mut Vec<Metric>) {
        match self {
            Self::Metric(metric) => into.push(*metric),
            Self::Number(_) => {}
            Self::Apply(_, left, right) => {
                left.metrics(into);
                right.metrics(into);
            }
        }
    }

    /// `MetricHeader.type`.
    pub fn metric_type(&self) -> MetricType {
        match self {
            Self::Metric(metric) => metric.facts().metric_type,
            _ => "TYPE_FLOAT",
        }
    }

    /// Whether values are whole numbers.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Metric(metric) if metric.is_whole())
    }
}

/// A metric by its API name.
pub fn metric(name: &str) -> Option<Metric> {
    METRICS
        .iter()
        .find(|facts| facts.api_name == name)
        .map(|facts| facts.metric)
}

fn sum(rest: &mut &str) -> Result<Expression, Refusal> {
    chain(rest, ['+', '-'], product)
}

fn product(rest: &mut &str) -> Result<Expression, Refusal> {
    chain(rest, ['*', '/'], atom)
}

fn chain(
    rest: &mut &str,
    signs: [char; 2],
    inner: fn(&mut &str) -> Result<Expression, Refusal>,
) -> Result<Expression, Refusal> {
    let mut left = inner(rest)?;
    loop {
        *rest = rest.trim_start();
        let Some(sign) = rest.chars().next().filter(|sign| signs.contains(sign)) else {
            return Ok(left);
        };
        *rest = &rest[1..];
        left = Expression::Apply(sign, Box::new(left), Box::new(inner(rest)?));
    }
}

fn atom(rest: &mut &str) -> Result<Expression, Refusal> {
    *rest = rest.trim_start();
    if let Some(inside) = rest.strip_prefix('(') {
        *rest = inside;
        let read = sum(rest)?;
        *rest = rest
            .trim_start()
            .strip_prefix(')')
            .ok_or_else(|| Refusal::invalid("A parenthesis in a metric expression is not closed."))?;
        return Ok(read);
    }
    let end = rest
        .find(|letter: char| !letter.is_alphanumeric() && !"_:.".contains(letter))
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    if let Ok(number) = word.parse::<f64>() {
        return Ok(Expression::Number(number));
    }
    metric(word)
        .map(Expression::Metric)
        .ok_or_else(|| Refusal::unknown("metric", word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_binds_as_usual() {
        let slots = Slots::of(u32::MAX);
        let row = [0_u64; super::super::tally::COUNTERS];
        let people = People {
            total: 8,
            active: 4,
            ..People::default()
        };
        let value = |text: &str| {
            Expression::parse(text)
                .unwrap()
                .value(Sums::new(&row, &slots), &people, 1.0)
        };
        assert!((value("totalUsers - activeUsers / 2") - 6.0).abs() < 1e-9);
        assert!((value("(totalUsers-activeUsers)/2") - 2.0).abs() < 1e-9);
        assert!((value("totalUsers/sessions")).abs() < 1e-9);
        assert!(Expression::parse("sessions/").is_err());
        assert!(
            Expression::parse("sesions")
                .unwrap_err()
                .message()
                .contains("Field sesions is not a valid metric")
        );
    }
}
