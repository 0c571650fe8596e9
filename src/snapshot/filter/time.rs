//! A `TimeRelation` is how two times lie to each other (OGC 21-065r2 §7.4, after Allen 1983).

use jiff::civil::DateTime;

use super::test::both;

/// One of the fifteen named relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeRelation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

/// An end of a time, in UTC; days are their first instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// Before everything.
    Always,
    /// There.
    At(DateTime),
    /// After everything.
    Never,
}

/// From an end to another, `None` where it is unknown; of an instant both are the same.
pub(super) type Span = (Option<End>, Option<End>);

impl TimeRelation {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::After,
        Self::Before,
        Self::Contains,
        Self::Disjoint,
        Self::During,
        Self::Equals,
        Self::FinishedBy,
        Self::Finishes,
        Self::Intersects,
        Self::Meets,
        Self::MetBy,
        Self::OverlappedBy,
        Self::Overlaps,
        Self::StartedBy,
        Self::Starts,
    ];

    /// Its name in CQL2.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::After => "t_after",
            Self::Before => "t_before",
            Self::Contains => "t_contains",
            Self::Disjoint => "t_disjoint",
            Self::During => "t_during",
            Self::Equals => "t_equals",
            Self::FinishedBy => "t_finishedBy",
            Self::Finishes => "t_finishes",
            Self::Intersects => "t_intersects",
            Self::Meets => "t_meets",
            Self::MetBy => "t_metBy",
            Self::OverlappedBy => "t_overlappedBy",
            Self::Overlaps => "t_overlaps",
            Self::StartedBy => "t_startedBy",
            Self::Starts => "t_starts",
        }
    }

    /// Whether the first lies so to the second; `None` where an unknown end decides.
    pub(super) fn holds(self, (from, to): Span, (other_from, other_to): Span) -> Option<bool> {
        let less = |a: Option<End>, b: Option<End>| Some(a? < b?);
        let same = |a: Option<End>, b: Option<End>| Some(a? == b?);
        match self {
            Self::After => less(other_to, from),
            Self::Before => less(to, other_from),
            Self::Contains => both(less(from, other_from), || less(other_to, to)),
            Self::During => both(less(other_from, from), || less(to, other_to)),
            Self::Equals => both(same(from, other_from), || same(to, other_to)),
            Self::FinishedBy => both(less(from, other_from), || same(to, other_to)),
            Self::Finishes => both(less(other_from, from), || same(to, other_to)),
            Self::StartedBy => both(same(from, other_from), || less(other_to, to)),
            Self::Starts => both(same(from, other_from), || less(to, other_to)),
            Self::Meets => same(to, other_from),
            Self::MetBy => same(from, other_to),
            Self::Overlaps => both(less(from, other_from), || both(less(other_from, to), || less(to, other_to))),
            Self::OverlappedBy => both(less(other_from, from), || both(less(from, other_to), || less(other_to, to))),
            Self::Intersects => is_apart((from, to), (other_from, other_to)).map(|apart| !apart),
            Self::Disjoint => is_apart((from, to), (other_from, other_to)),
        }
    }
}

/// Whether the one ends before the other begins.
fn is_apart((from, to): Span, (other_from, other_to): Span) -> Option<bool> {
    let begins_by = |from: Option<End>, to: Option<End>| Some(from? <= to?);
    both(begins_by(from, other_to), || begins_by(other_from, to)).map(|meet| !meet)
}
