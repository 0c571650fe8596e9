//! An `EdgeTree` is the edges of one long geometry in a tree of boxes, so that the few near a place are found without the rest.
//!
//! Edges that follow each other lie side by side, so runs of eight are the leaves and eight nodes that follow each other
//! have one above them:
//!
//! ```text
//!   level 1   [      0..8       ] [     8..12 ]
//!   level 0   [0][1][2][3][4]…    runs of at most eight edges of one line or ring
//! ```

use super::{BBox, Geometry, LonLat};

/// So many edges are a run, and so many nodes have one above them.
const FAN: usize = 8;

/// A geometry of fewer edges is walked through as it is.
const FEW_EDGES: usize = 48;

/// The boxes of a geometry's edges.
#[derive(Debug, Clone)]
pub struct EdgeTree {
    runs: Box<[Run]>,
    /// From the runs' own boxes up to the last level, which has at most [`FAN`].
    levels: Box<[Box<[BBox]>]>,
}

/// Edges that follow each other.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Number of the line or the area.
    part: u32,
    /// Number of the ring within an area: 0 the outer one, then the holes.
    ring: u32,
    /// Number of the first edge.
    first: u32,
}

impl EdgeTree {
    /// The tree of a long line or area; `None` for what is short, or has no edges.
    pub fn of(geometry: &Geometry) -> Option<Self> {
        let mut runs = Vec::new();
        let mut boxes = Vec::new();
        let mut edges = 0;
        for (part, ring, places, closed) in paths(geometry) {
            let count = edges_of(places, closed);
            edges += count;
            for first in (0..count).step_by(FAN) {
                let last = (first + FAN).min(count);
                boxes.push(BBox::of_points((first..=last).map(|at| places[at % places.len()]))?);
                runs.push(Run { part, ring, first: first as u32 });
            }
        }
        if edges < FEW_EDGES {
            return None;
        }
        let mut levels: Vec<Box<[BBox]>> = vec![boxes.into()];
        while let Some(below) = levels.last().filter(|level| level.len() > FAN) {
            let above = below.chunks(FAN).map(|nodes| nodes.iter().copied().reduce(BBox::union));
            let above: Box<[BBox]> = above.map(|bbox| bbox.expect("no chunk is empty")).collect();
            levels.push(above);
        }
        Some(Self { runs: runs.into(), levels: levels.into() })
    }

    /// Hands on every edge whose boxes are all worth looking into: the number of its line or area, and its ends.
    ///
    /// Lines and areas come in their order; `state` goes through all calls.
    pub fn walk<S>(
        &self,
        geometry: &Geometry,
        state: &mut S,
        mut is_worth: impl FnMut(&mut S, &BBox) -> bool,
        mut edge: impl FnMut(&mut S, u32, LonLat, LonLat),
    ) {
        let top = self.levels.len() - 1;
        self.descend(geometry, top, 0..self.levels[top].len(), state, &mut is_worth, &mut edge);
    }

    fn descend<S>(
        &self,
        geometry: &Geometry,
        level: usize,
        nodes: std::ops::Range<usize>,
        state: &mut S,
        is_worth: &mut impl FnMut(&mut S, &BBox) -> bool,
        edge: &mut impl FnMut(&mut S, u32, LonLat, LonLat),
    ) {
        for node in nodes {
            if !is_worth(state, &self.levels[level][node]) {
                continue;
            }
            if level > 0 {
                let below = node * FAN..((node + 1) * FAN).min(self.levels[level - 1].len());
                self.descend(geometry, level - 1, below, state, is_worth, edge);
                continue;
            }
            let run = self.runs[node];
            let (places, closed) = path(geometry, run);
            let first = run.first as usize;
            for at in first..(first + FAN).min(edges_of(places, closed)) {
                edge(state, run.part, places[at], places[(at + 1) % places.len()]);
            }
        }
    }
}

fn edges_of(places: &[LonLat], closed: bool) -> usize {
    if closed { places.len() } else { places.len().saturating_sub(1) }
}

/// Every line, or every ring of every area: its numbers, its places, whether the last leads to the first.
fn paths(geometry: &Geometry) -> Vec<(u32, u32, &[LonLat], bool)> {
    match geometry {
        Geometry::Point(_) | Geometry::Points(_) => Vec::new(),
        Geometry::Lines(lines) => {
            lines.iter().enumerate().map(|(i, line)| (i as u32, 0, line.as_ref(), false)).collect()
        }
        Geometry::Areas(areas) => {
            let rings = areas.iter().enumerate();
            rings
                .flat_map(|(i, area)| area.rings().enumerate().map(move |(j, ring)| (i as u32, j as u32, ring, true)))
                .collect()
        }
    }
}

fn path(geometry: &Geometry, run: Run) -> (&[LonLat], bool) {
    match geometry {
        Geometry::Lines(lines) => (&lines[run.part as usize], false),
        Geometry::Areas(areas) => (areas[run.part as usize].ring(run.ring as usize), true),
        Geometry::Point(_) | Geometry::Points(_) => unreachable!("a tree is made of what has edges"),
    }
}
