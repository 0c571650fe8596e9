//! History as people and machines read it: the runs of a collection and what they refused, the states of an object.

use anyhow::ensure;

use crate::store::{PastRejection, PastRun, Store, Version};

/// The import runs of a collection, oldest first.
pub fn of_collection(store: &mut Store, collection: &str, json: bool) -> anyhow::Result<String> {
    let runs = store.runs(collection)?;
    ensure!(!runs.is_empty(), "nothing was ever imported into `{collection}`");
    if json {
        return Ok(serde_json::to_string_pretty(&runs)?);
    }
    let mut lines = vec![format!(
        "{:>6} {:<20} {:>8} {:>9} {:>9} {:>9} {:>9}  {:<24} {}",
        "run", "started", "revision", "added", "changed", "removed", "unchanged", "recipe", "source"
    )];
    for run in &runs {
        let PastRun { started, change, recipe, source, .. } = run;
        let seconds = started.split('.').next().unwrap_or_default().trim_end_matches('Z');
        let revision = match (run.accepted, run.revision) {
            (false, _) => "refused".into(),
            (true, None) => "same".into(),
            (true, Some(revision)) => revision.to_string(),
        };
        lines.push(format!(
            "{:>6} {:<20} {revision:>8} {:>9} {:>9} {:>9} {:>9}  {recipe:<24} {source}",
            run.run,
            format!("{seconds}Z"),
            change.added,
            change.changed,
            change.removed,
            change.unchanged
        ));
    }
    Ok(lines.join("\n"))
}

/// The states of an object, by its id or a further one, oldest first, each with the row that it was made of.
pub fn of_feature(store: &mut Store, collection: &str, id: &str, json: bool) -> anyhow::Result<String> {
    let mut versions = store.versions(collection, id)?;
    if versions.is_empty()
        && let Some(known) = store.alias(collection, id)?
    {
        versions = store.versions(collection, &known)?;
    }
    ensure!(!versions.is_empty(), "`{collection}` never had an object `{id}`");
    if json {
        return Ok(serde_json::to_string_pretty(&versions)?);
    }
    let mut lines = Vec::new();
    for (i, Version { from, to, feature, row, record, .. }) in versions.iter().enumerate() {
        let until = match to {
            None => "stands".into(),
            // What another state follows at the same revision was changed by it.
            Some(to) if versions.get(i + 1).is_some_and(|next| next.from == *to) => format!("changed by {to}"),
            Some(to) => format!("removed by {to}"),
        };
        lines.push(format!("revision {from}, {until}: {feature}"));
        if let Some(row) = row {
            lines.push(format!("    row {row}: {}", record.as_deref().unwrap_or("its text is not kept")));
        }
    }
    Ok(lines.join("\n"))
}

/// The rows that a run of a collection refused, in the order of the source.
pub fn of_run(store: &mut Store, collection: &str, run: i64, json: bool) -> anyhow::Result<String> {
    let is_known = store.runs(collection)?.iter().any(|past| past.run == run);
    ensure!(is_known, "`{collection}` has no run {run}; `mapa history {collection}` shows them");
    let rejections = store.rejections(run)?;
    if json {
        return Ok(serde_json::to_string_pretty(&rejections)?);
    }
    let mut lines = vec![format!("run {run} refused {} rows and photos", rejections.len())];
    for PastRejection { row, column, text, reason, detail, record } in &rejections {
        let column = column.as_deref().map(|column| format!(", column `{column}`")).unwrap_or_default();
        lines.push(format!("row {row}{column}: {reason}: {detail} (`{text}`)"));
        lines.push(format!("    {record}"));
    }
    Ok(lines.join("\n"))
}
