//! The log of changes: which features of a collection changed at which revision, so that a reader need not load it whole.

use std::collections::BTreeMap;

use super::{Edited, Fault, NO_FEATURE};
use crate::model::{Feature, FeatureId, Revision};

/// More changed features of one collection than this are no few: it is loaded whole, which no log need tell.
pub const MOST_CHANGES: usize = 10_000;

/// The log reaches so many revisions back; who is further behind loads whole. The triggers of both stores know the number too.
pub const KEPT_REVISIONS: i64 = 1000;

/// Whether a reader who has `since` can follow by the log, in a store at `now`; the collection was written whole at `whole_since`.
pub fn reaches(since: Revision, whole_since: i64, now: i64) -> bool {
    let since = i64::try_from(since.0).unwrap_or(i64::MAX);
    since >= whole_since && now - since <= KEPT_REVISIONS
}

/// The features of a reading, the rows that are none, and which of the changed ids are there no more.
#[derive(Debug, Default)]
pub struct Reading {
    /// In the order of their ids.
    pub features: Vec<Feature>,
    /// Rows that are no features.
    pub faults: Vec<Fault>,
    /// Which of the features another program wrote.
    pub edited: BTreeMap<FeatureId, Edited>,
}

impl Reading {
    /// Adds a row as it was read; `is_edited` where its content is nobody's that was imported.
    pub fn add(&mut self, id: &str, read: Result<Feature, String>, at: impl FnOnce() -> Edited, is_edited: bool) {
        match read {
            Ok(feature) => {
                if is_edited {
                    self.edited.insert(feature.id.clone(), at());
                }
                self.features.push(feature);
            }
            Err(detail) => {
                self.faults.push(Fault { at: at(), column: None, text: id.into(), reason: NO_FEATURE, detail });
            }
        }
    }

    /// Which of these ids, that changed, have no feature now.
    pub fn gone(&self, changed: &[String]) -> Vec<FeatureId> {
        let is_there = |id: &String| self.features.binary_search_by(|feature| feature.id.as_str().cmp(id)).is_ok();
        // What was never a feature's id cannot be gone.
        changed.iter().filter(|id| !is_there(id)).filter_map(|id| FeatureId::new(id).ok()).collect()
    }
}
