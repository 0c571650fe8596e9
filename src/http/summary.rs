//! `GET /summary`: counts and exact sums of what is selected, by one or two fields.

use std::iter::once;

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};

use super::{Answering, Params, Problem, document::Document, format::Format, links::Link, routes};
use crate::{
    exchange::{harmless, write_rows},
    snapshot::{
        credits,
        summary::{GroupBy, Key, Summary, SummaryError, Tally, summary},
    },
};

/// The whole selection, and each group of it that holds anything.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::SUMMARY)?;
    let (names, sums) = (params.names("group_by")?, params.names("sum")?);
    let snapshot = city.snapshot();
    let selection = params.selection(&snapshot)?;
    let group_by: Vec<GroupBy> = names.iter().map(|name| GroupBy::read(name)).collect();

    let summary = summary(&snapshot, &selection, &group_by, &sums).map_err(|error| problem(&error, &params))?;

    let document = |kind| Document::new(&asked, kind);
    if Format::asked(&params, &routes::SUMMARY, &asked) == Format::Csv {
        return Ok(document("text/csv; charset=utf-8; header=present").bytes(csv(&summary, &names, &sums)));
    }
    let shelves = selection.shelves(&snapshot);
    let path = format!("/summary?{}", query.unwrap_or_default());
    let body = SummaryJson {
        groups: summary
            .groups
            .iter()
            .map(|(keys, tally)| GroupJson { by: by(&names, keys), tally: tally_json(tally, &sums) })
            .collect(),
        total: tally_json(&summary.total, &sums),
        revision: snapshot.revision().0,
        demonstration: shelves.iter().any(|shelf| shelf.is_demonstration()),
        attribution: credits(shelves.into_iter()),
        links: vec![city.links(&asked).link("self", "application/json", &path)],
    };
    document("application/json").json(&body)
}

#[derive(Serialize)]
struct SummaryJson<'a> {
    groups: Vec<GroupJson<'a>>,
    total: TallyJson<'a>,
    revision: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    demonstration: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attribution: Vec<String>,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct GroupJson<'a> {
    by: Map<String, Value>,
    #[serde(flatten)]
    tally: TallyJson<'a>,
}

#[derive(Serialize)]
struct TallyJson<'a> {
    count: u64,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    sums: std::collections::BTreeMap<&'a str, SumJson>,
}

#[derive(Serialize)]
struct SumJson {
    /// All its digits, however many.
    sum: Box<RawValue>,
    known: u64,
}

fn tally_json<'a>(tally: &Tally, sums: &[&'a str]) -> TallyJson<'a> {
    let number = |text: String| RawValue::from_string(text).expect("a decimal number is JSON");
    let one = |sum: &crate::snapshot::summary::Sum| SumJson { sum: number(sum.sum.to_string()), known: sum.known };
    TallyJson { count: tally.count, sums: sums.iter().copied().zip(tally.sums.iter().map(one)).collect() }
}

fn by(names: &[&str], keys: &[Key]) -> Map<String, Value> {
    let value = |key: &Key| match key {
        Key::Boolean(truth) => json!(truth),
        Key::Integer(number) => json!(number),
        Key::Date(day) => json!(day.to_string()),
        Key::Text(text) => json!(text),
        Key::Unknown => Value::Null,
    };
    names.iter().zip(keys).map(|(name, key)| ((*name).to_owned(), value(key))).collect()
}

/// One row a group, or the total where there are no groups; what is unknown is empty.
fn csv(summary: &Summary, names: &[&str], sums: &[&str]) -> Vec<u8> {
    let of_sums = sums.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_known")]);
    let head = names.iter().copied().chain(["count"]).map(String::from).chain(of_sums).collect();
    let total = [(Vec::new(), summary.total.clone())];
    let groups: &[_] = if names.is_empty() { &total } else { &summary.groups };
    let rows = groups.iter().map(|(keys, tally)| {
        let key = |key: &Key| match key {
            Key::Boolean(truth) => truth.to_string(),
            Key::Integer(number) => number.to_string(),
            Key::Date(day) => day.to_string(),
            Key::Text(text) => harmless(text),
            Key::Unknown => String::new(),
        };
        let numbers = tally.sums.iter().flat_map(|sum| [sum.sum.to_string(), sum.known.to_string()]);
        keys.iter().map(key).chain([tally.count.to_string()]).chain(numbers).collect()
    });
    let mut bytes = Vec::new();
    write_rows(&mut bytes, once(head).chain(rows)).expect("a vector takes every row");
    bytes
}

fn problem(error: &SummaryError, params: &Params) -> Problem {
    let (is_sum, name) = match error {
        SummaryError::TooMany => (false, String::new()),
        SummaryError::TooGreat(name) => (true, name.clone()),
        SummaryError::Unknown(name) | SummaryError::Type { name, .. } => {
            (params.list("sum").contains(&name.as_str()), name.clone())
        }
    };
    Problem::bad(if is_sum { "sum" } else { "group_by" }, name, error.to_string())
}
