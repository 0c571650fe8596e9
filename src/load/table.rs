//! The table is what became of all sources as people read it.

use std::collections::BTreeSet;

use super::{Loading, Report};
use crate::{
    fetch::Arrival,
    store::{Change, Diff, PastRejection},
};

impl Loading {
    /// The Report as people read it: the rows that were refused, a line a source, the sums last.
    pub fn table(&self) -> String {
        let mut lines = Vec::new();
        for run in &self.runs {
            for PastRejection { row, column, text, reason, detail, .. } in run.rejections.iter().chain(&run.lacks) {
                let column = column.as_deref().map(|column| format!(", column `{column}`")).unwrap_or_default();
                lines.push(format!("{}, row {row}{column}: {reason}: {detail} (`{text}`)", run.source));
            }
            let more = run.report.rejections - run.rejections.len() as u64;
            if more > 0 {
                lines.push(format!("{}: {more} more; all are in the store, table mapa_rejection", run.source));
            }
            if !run.report.absent_columns.is_empty() {
                lines.push(format!("{}: it has no column {}", run.source, run.report.absent_columns.join(", ")));
            }
            if let Some(diff) = &run.diff {
                lines.extend(told(&run.collection, diff, run.change));
            }
        }
        let head = ["read", "features", "rejected", "added", "changed", "removed", "unchanged"].map(String::from);
        lines.push(line("collection", &head, ""));
        for run in &self.runs {
            let verdict = match (run.accepted, run.repeated) {
                (false, _) => "REFUSED: more rejections than the recipe tolerates",
                (true, true) => "the same as last time",
                (true, false) => "",
            };
            lines.push(line(&run.collection, &counts(&run.report, run.change), verdict));
        }
        lines.push(line(&format!("{} sources", self.runs.len()), &counts(&self.total, self.change), ""));
        let Report { reasons, warnings, geocoded, .. } = &self.total;
        for (title, counts) in [("rejected", reasons), ("warnings", warnings), ("placed by their address", geocoded)] {
            if !counts.is_empty() {
                let listed: Vec<String> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
                lines.push(format!("{title}: {}", listed.join(", ")));
            }
        }
        let kept = self.runs.iter().filter(|run| run.arrival == Some(Arrival::NotModified)).map(|run| &run.source);
        for source in kept.collect::<BTreeSet<_>>() {
            lines.push(format!("{source}: not modified since it was fetched"));
        }
        if self.dry_run {
            lines.push("dry run: nothing was committed".into());
        }
        lines.join("\n")
    }
}

/// One line of the table.
fn line(name: &str, counts: &[String; 7], verdict: &str) -> String {
    let [read, features, rejected, added, changed, removed, unchanged] = counts;
    let line = format!(
        "{name:<40} {read:>9} {features:>9} {rejected:>9} {added:>9} {changed:>9} {removed:>9} {unchanged:>9}  {verdict}"
    );
    line.trim_end().to_owned()
}

fn counts(report: &Report, change: Change) -> [String; 7] {
    let Change { added, changed, removed, unchanged } = change;
    [report.read, report.features, report.rejections, added, changed, removed, unchanged].map(|count| count.to_string())
}

/// A diff as people read it: `+` is new, `~` is changed, `-` is gone.
fn told(collection: &str, diff: &Diff, change: Change) -> Vec<String> {
    let mut lines = vec![String::new()];
    let more = |lines: &mut Vec<String>, sign: char, of: u64, named: usize| {
        let more = of.saturating_sub(named as u64);
        if more > 0 {
            lines.push(format!("{collection} {sign} {more} more"));
        }
    };
    lines.extend(diff.added.iter().map(|id| format!("{collection} + {id}")));
    more(&mut lines, '+', change.added, diff.added.len());
    for changed in &diff.changed {
        lines.push(format!("{collection} ~ {}", changed.id));
        for difference in &changed.differences {
            lines.push(format!("    {}: {} → {}", difference.field, difference.old, difference.new));
        }
    }
    more(&mut lines, '~', change.changed, diff.changed.len());
    lines.extend(diff.removed.iter().map(|id| format!("{collection} - {id}")));
    more(&mut lines, '-', change.removed, diff.removed.len());
    lines
}
