//! A `ClusterRule` says how the points of a layer are gathered into clusters, as `tilesets.toml` declares it.

use serde::Deserialize;

use super::tileset::MAX_ZOOM;
use crate::snapshot::cluster::{By, Tally};

/// The finest division of a tile, as a power of two: 64 cells along its side, 8 pixels of 512 each.
pub(super) const MOST_HALVINGS: u8 = 6;

/// Cells along a side of a tile where the rule does not say: 64 pixels of 512 each, room for a mark of a finger's width.
const DEFAULT_CELLS: u8 = 8;

/// How points are gathered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct ClusterRule {
    to_zoom: u8,
    halvings: u8,
    min_points: u64,
    tally: Tally,
}

/// The rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    to_zoom: u8,
    cells: Option<u8>,
    min_points: Option<u64>,
    count_by: Option<String>,
    #[serde(default)]
    sum: Vec<String>,
}

impl TryFrom<Written> for ClusterRule {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { to_zoom, cells, min_points, count_by, sum } = written;
        if to_zoom >= MAX_ZOOM {
            return Err(format!("`to_zoom` = {to_zoom}: tiles end at zoom {MAX_ZOOM}, and clusters open before"));
        }
        let cells = cells.unwrap_or(DEFAULT_CELLS);
        if !cells.is_power_of_two() || cells > 1 << MOST_HALVINGS {
            return Err(format!("`cells` = {cells}: a power of two from 1 to {}", 1 << MOST_HALVINGS));
        }
        let min_points = min_points.unwrap_or(2);
        if min_points < 2 {
            return Err(format!("`min_points` = {min_points}: a cluster stands for two points at least"));
        }
        if let Some((_, twice)) = sum.iter().enumerate().find(|(i, field)| sum[..*i].contains(field)) {
            return Err(format!("`sum`: a second `{twice}`"));
        }
        let by = count_by.map(|by| match by.as_str() {
            "sector" => By::Sector,
            "collection" => By::Collection,
            "kind" => By::Kind,
            _ => By::Field(by),
        });
        Ok(Self { to_zoom, halvings: cells.ilog2() as u8, min_points, tally: Tally { by, sums: sum } })
    }
}

impl ClusterRule {
    /// The deepest zoom with clusters; from the next on every point is on its own.
    pub fn to_zoom(&self) -> u8 {
        self.to_zoom
    }

    /// The level of the cells at a zoom.
    pub fn level(&self, z: u8) -> u8 {
        z + self.halvings
    }

    /// The zoom whose cells are of this level, where there are clusters at it.
    pub fn zoom_of(&self, level: u8) -> Option<u8> {
        level.checked_sub(self.halvings).filter(|z| *z <= self.to_zoom)
    }

    /// Fewer points than this in a cell stay on their own.
    pub fn min_points(&self) -> u64 {
        self.min_points
    }

    /// What is told of a cluster besides how many it stands for.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Result<ClusterRule, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let rule = rule("to_zoom = 15").unwrap();
        assert_eq!((rule.level(10), rule.min_points(), rule.tally()), (13, 2, &Tally::default()));
        assert_eq!((rule.zoom_of(18), rule.zoom_of(19), rule.zoom_of(2)), (Some(15), None, None));
    }

    #[test]
    fn a_rule_that_cannot_be_kept_is_refused_by_name() {
        for (wrong, named) in [
            ("to_zoom = 16", "`to_zoom` = 16"),
            ("to_zoom = 9\ncells = 12", "`cells` = 12"),
            ("to_zoom = 9\ncells = 128", "`cells` = 128"),
            ("to_zoom = 9\ncells = 0", "`cells` = 0"),
            ("to_zoom = 9\nmin_points = 1", "`min_points` = 1"),
            ("to_zoom = 9\nradius = 40", "`radius`"),
            ("cells = 8", "`to_zoom`"),
        ] {
            let error = rule(wrong).unwrap_err();
            assert!(error.contains(named), "{wrong}: {error}");
        }
    }
}
