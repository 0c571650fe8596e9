//! The `Ground` is where the nodes of the meant ways are, in 16 bytes for each.

use super::{element::Place, node_id};

/// Where the nodes of the meant ways are.
pub(super) struct Ground {
    /// Sorted.
    ids: Vec<i64>,
    places: Vec<Option<Place>>,
}

impl Ground {
    pub fn of(ids: impl Iterator<Item = i64>) -> Self {
        let mut ids: Vec<i64> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let places = vec![None; ids.len()];
        Self { ids, places }
    }

    pub fn put(&mut self, id: i64, at: Place) {
        if let Ok(i) = self.ids.binary_search(&id) {
            self.places[i] = Some(at);
        }
    }

    fn place(&self, id: i64) -> Option<Place> {
        self.places[self.ids.binary_search(&id).ok()?]
    }

    pub fn places(&self, nodes: &[i64]) -> Result<Vec<Place>, String> {
        let place = |id: &i64| {
            self.place(*id).ok_or_else(|| format!("its node {} is not in the source: was it cut here?", node_id(*id)))
        };
        nodes.iter().map(place).collect()
    }

    /// The parts of a way whose nodes are all there.
    pub fn stretches(&self, nodes: &[i64]) -> Vec<Vec<Place>> {
        let places: Vec<Option<Place>> = nodes.iter().map(|id| self.place(*id)).collect();
        let runs = places.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>());
        runs.filter(|run| run.len() > 1).collect()
    }

    pub fn known(&self, nodes: &[i64]) -> Vec<Place> {
        nodes.iter().filter_map(|id| self.place(*id)).collect()
    }
}
