//! A `Filter` is a CQL2 condition (OGC 21-065r2), read from text or JSON, that says of each feature whether it is meant.
//!
//! ```text
//!   text ─┐
//!         ├─▶ Expr ──compile, once a collection──▶ Plan ──each feature──▶ true │ false │ unknown
//!   JSON ─┘   (tree)       types, fields           (test)
//! ```
//!
//! Values are compared as SQL does: unknown ones make the comparison unknown. Texts are ordered by their code points;
//! `CASEI` and `ACCENTI` fold them. A day is its first instant in UTC. Shapes are planar in longitude and latitude.

mod compile;
mod fold;
mod json;
mod like;
mod plan;
mod test;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Shelf;
use crate::{model::CollectionId, space::BBox};
use compile::Of;
pub(super) use fold::Fold;
pub(super) use plan::Plan;
use time::TimeRelation;
use tree::Expr;

/// Conditions and operators that may stand within each other.
pub const MAX_DEPTH: usize = 40;

/// Operators, values and vertices of a filter.
pub const MAX_NODES: usize = 4000;

/// Steps of a question, some ten nanoseconds each: what one filter costs on one feature, by the features that are asked.
pub const MAX_STEPS: u64 = 100_000_000;

/// A condition as it was written, of no collection yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Arc<Expr>);

/// Why a filter cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The text is not CQL2.
    #[error("at character {character}: {problem}")]
    Syntax {
        /// Where, from 1.
        character: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A part of it is not of its form.
    #[error("{0}")]
    Form(String),
    /// None of the collections has the property.
    #[error("there is no property `{name}`; there are: {}", known.join(", "))]
    Property {
        /// The unknown name.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// An operator meets a type that it does not take.
    #[error("{0}")]
    Type(String),
    /// There are too many parts.
    #[error("the filter has {nodes} operators, values and vertices; at most {MAX_NODES} are read")]
    TooLarge {
        /// How many there are.
        nodes: usize,
    },
    /// The answer would take too long.
    #[error(
        "the filter would take some {steps} steps over {features} features; at most {MAX_STEPS} are taken: ask for fewer collections, a smaller box or a simpler filter"
    )]
    TooCostly {
        /// Steps that are estimated.
        steps: u64,
        /// Features that would be asked.
        features: usize,
    },
}

impl Filter {
    /// Reads CQL2 text.
    pub fn text(text: &str) -> Result<Self, FilterError> {
        Self::checked(text::read(text)?)
    }

    /// Reads CQL2 JSON.
    pub fn json(text: &str) -> Result<Self, FilterError> {
        Self::checked(json::read(text)?)
    }

    fn checked(expr: Expr) -> Result<Self, FilterError> {
        let nodes = expr.size();
        if nodes > MAX_NODES { Err(FilterError::TooLarge { nodes }) } else { Ok(Self(Arc::new(expr))) }
    }

    /// The filter as CQL2 text with every parenthesis: filters that are read as the same have the same.
    pub fn canonical(&self) -> String {
        self.0.to_string()
    }

    /// The filter made for each of these shelves.
    ///
    /// A property that only some of them have is unknown in the others. Where boxes narrow the question, it costs less.
    pub fn bind<'a>(&self, shelves: impl IntoIterator<Item = &'a Shelf>, boxes: &[BBox]) -> Result<Bound, FilterError> {
        let shelves: Vec<&Shelf> = shelves.into_iter().collect();
        let fields = shelves.iter().flat_map(|shelf| &shelf.collection().fields);
        let known: BTreeSet<&str> = fields.map(|field| field.name.as_str()).collect();
        let mut plans = BTreeMap::new();
        let (mut steps, mut features) = (0_u64, 0);
        for shelf in &shelves {
            let of = Of { collection: shelf.collection(), sector: shelf.sector(), known: &known };
            let plan = of.plan(&self.0)?;
            let asked = plan.asked(shelf, boxes);
            features += asked;
            steps = steps.saturating_add(plan.steps(shelf).saturating_mul(asked as u64));
            plans.insert(shelf.collection().id.clone(), Arc::new(plan));
        }
        if steps > MAX_STEPS {
            return Err(FilterError::TooCostly { steps, features });
        }
        Ok(Bound { filter: self.clone(), plans })
    }
}

/// A filter with its tests for some collections; of others it takes nothing.
#[derive(Debug, Clone)]
pub struct Bound {
    filter: Filter,
    plans: BTreeMap<CollectionId, Arc<Plan>>,
}

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.filter == other.filter && self.plans.keys().eq(other.plans.keys())
    }
}

impl Bound {
    /// What the filter is.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The test for one collection.
    pub(super) fn of(&self, shelf: &Shelf) -> Option<&Plan> {
        self.plans.get(&shelf.collection().id).map(AsRef::as_ref)
    }
}
