//! An `Intake` is what comes of a source, on its way into the store: features, refused rows, and photos that features lack.

use super::photos::Settled;
use crate::{
    import::{self, Rejection},
    store::{Origin, PastRejection, Refused, Replacement, StoreError},
};

/// Rejections shown for one source; all of them are in the store.
pub(super) const SHOWN: usize = 10;

/// What comes of a source, on its way into the store.
pub(super) struct Intake<'a> {
    pub replacement: Replacement<'a>,
    /// The first.
    pub rejections: Vec<PastRejection>,
    /// The first.
    pub lacks: Vec<PastRejection>,
    /// The word of every photo that a feature lacks.
    pub lacking: Vec<&'static str>,
}

impl<'a> Intake<'a> {
    /// An intake of nothing yet.
    pub fn into(replacement: Replacement<'a>) -> Self {
        Self { replacement, rejections: Vec::new(), lacks: Vec::new(), lacking: Vec::new() }
    }

    /// Keeps a refused row.
    pub fn refuse(&mut self, rejection: Rejection) -> Result<(), StoreError> {
        let Rejection { row, column, text, reason, detail, record } = rejection;
        let refused = PastRejection { row, column, text, reason: reason.as_str().into(), detail, record };
        self.replacement.refuse(&kept(&refused))?;
        if self.rejections.len() < SHOWN {
            self.rejections.push(refused);
        }
        Ok(())
    }

    /// Puts a feature; the photos that it lacks are kept with the refused rows of the run.
    pub fn put(&mut self, Settled { feature, origin, flaws }: &Settled) -> Result<(), StoreError> {
        let import::Origin { row, record, aliases, .. } = origin;
        for (import::Mention { column, text }, flaw) in flaws {
            let lack = PastRejection {
                row: *row,
                column: Some(column.clone()),
                text: text.clone(),
                reason: flaw.word().into(),
                detail: flaw.to_string(),
                record: record.clone().unwrap_or_else(|| "{}".into()),
            };
            self.replacement.refuse(&kept(&lack))?;
            self.lacking.push(flaw.word());
            if self.lacks.len() < SHOWN {
                self.lacks.push(lack);
            }
        }
        self.replacement.put(feature, Origin { row: Some(*row), record: record.as_deref(), aliases })
    }
}

/// As a store keeps it.
fn kept(PastRejection { row, column, text, reason, detail, record }: &PastRejection) -> Refused<'_> {
    Refused { row: *row, column: column.as_deref(), text, reason, detail, record }
}
