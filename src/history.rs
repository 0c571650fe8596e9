//! History as people and machines read it: the runs of a collection, the states of an object.

use anyhow::ensure;

use crate::store::{PastRun, Store, Version};

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

/// The states of an object, oldest first.
pub fn of_feature(store: &mut Store, collection: &str, id: &str, json: bool) -> anyhow::Result<String> {
    let versions = store.versions(collection, id)?;
    ensure!(!versions.is_empty(), "`{collection}` never had an object `{id}`");
    if json {
        return Ok(serde_json::to_string_pretty(&versions)?);
    }
    let mut lines = Vec::new();
    for (i, Version { from, to, feature, .. }) in versions.iter().enumerate() {
        let until = match to {
            None => "stands".into(),
            // What another state follows at the same revision was changed by it.
            Some(to) if versions.get(i + 1).is_some_and(|next| next.from == *to) => format!("changed by {to}"),
            Some(to) => format!("removed by {to}"),
        };
        lines.push(format!("revision {from}, {until}: {feature}"));
    }
    Ok(lines.join("\n"))
}
