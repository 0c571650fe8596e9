//! Public transport runs along the arterial and main streets: routes are shortest ways, stops stand on both sides of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};

use super::{
    curve::smooth,
    dice::Dice,
    facts::{Class, Facts},
    plane::{Spot, along, length_m},
    streets::{Streets, half_width_m},
};

/// How many routes and stops the city has.
pub const ROUTES: usize = 60;
pub const STOPS: usize = 900;

/// Metres between two stops on one side of a street that routes want at least; fewer make room for more stops.
const WIDEST_SPACING_M: f64 = 620.0;

/// How long a ground route is, in metres.
const SHORTEST_M: f64 = 4_000.0;
const LONGEST_M: f64 = 24_000.0;

/// Modes in the order of their route numbers, with how many ground routes each has.
const GROUND: [(&str, usize, u32); 3] = [("tram", 9, 1), ("trolleybus", 19, 11), ("bus", 28, 201)];

/// One route.
pub struct Route {
    pub number: String,
    pub mode: &'static str,
    pub first: String,
    pub last: String,
    pub line: Vec<Spot>,
    pub length_m: f64,
}

/// One stop: where passengers wait.
pub struct Stop {
    pub name: String,
    pub at: Spot,
    pub kind: &'static str,
    pub routes: Vec<String>,
}

/// All of it.
pub struct Transport {
    pub routes: Vec<Route>,
    pub stops: Vec<Stop>,
}

/// A stretch of street between two crossings.
struct Stretch {
    ends: [usize; 2],
    line: Vec<Spot>,
    length_m: f64,
    class: Class,
}

struct Network<'a> {
    crossings: Vec<&'a str>,
    stretches: Vec<Stretch>,
}

impl Transport {
    pub fn run(seed: u64, facts: &Facts, streets: &Streets) -> anyhow::Result<Self> {
        let mut dice = Dice::new(seed, "transport");
        let network = Network::of(facts, streets)?;
        let mut routes = Vec::new();
        let mut used: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut known = BTreeSet::new();
        // Every terminus in turn: no part of the city is left without a route.
        let mut starts = (0..facts.transport.terminus.len()).collect::<Vec<_>>();
        dice.shuffle(&mut starts);
        for (mode, count, first_number) in GROUND {
            for number in (first_number..).take(count) {
                let start = starts[routes.len() % starts.len()];
                let (route, stretches) = network.route(mode, number, start, facts, &mut known, &mut dice)?;
                for stretch in stretches {
                    used.entry(stretch).or_default().push(route.number.clone());
                }
                routes.push(route);
            }
        }
        let mut stops = rapid_tram(facts, &mut routes);
        ensure!(routes.len() == ROUTES, "{} routes, not {ROUTES}", routes.len());
        let left = STOPS - stops.len();
        stops.extend(network.stops(left, &used, facts, streets, &mut dice)?);
        Ok(Self { routes, stops })
    }
}

/// The line of its own that the rapid tram has, its routes and stations.
fn rapid_tram(facts: &Facts, routes: &mut Vec<Route>) -> Vec<Stop> {
    let tram = &facts.transport.rapid_tram;
    let mut stops = tram
        .station
        .iter()
        .map(|station| Stop {
            name: station.name.clone(),
            at: Spot::of_degrees(station.at),
            kind: "rapid-tram",
            routes: Vec::new(),
        })
        .collect::<Vec<_>>();
    for (i, [first, last]) in tram.routes.iter().copied().enumerate() {
        let number = format!("Ш{}", i + 1);
        let through = stops[first..=last].iter().map(|stop| stop.at).collect::<Vec<_>>();
        let line = smooth(&through, 80.0);
        for stop in &mut stops[first..=last] {
            stop.routes.push(number.clone());
        }
        let (first, last) = (stops[first].name.clone(), stops[last].name.clone());
        routes.push(Route { number, mode: "rapid-tram", first, last, length_m: length_m(&line), line });
    }
    stops
}

impl<'a> Network<'a> {
    fn of(facts: &'a Facts, streets: &Streets) -> anyhow::Result<Self> {
        let crossings = facts.network.crossings.keys().map(String::as_str).collect::<Vec<_>>();
        let position = |name: &str| crossings.binary_search(&name).ok().context("streets check their crossings");
        let mut stretches = Vec::new();
        for (street, drawn) in facts.network.street.iter().zip(&streets.all) {
            let mut start = 0;
            for pair in street.through.windows(2) {
                let end_spot = Spot::of_degrees(facts.network.crossings[&pair[1]]);
                let end =
                    start + 1 + drawn.line[start + 1..].iter().position(|s| *s == end_spot).context("a crossing")?;
                let line = drawn.line[start..=end].to_vec();
                let ends = [position(&pair[0])?, position(&pair[1])?];
                stretches.push(Stretch { ends, length_m: length_m(&line), line, class: street.class });
                start = end;
            }
        }
        Ok(Self { crossings, stretches })
    }

    /// A route from a terminus to another of chance, which no other route of its mode joins.
    fn route(
        &self,
        mode: &'static str,
        number: u32,
        start: usize,
        facts: &Facts,
        known: &mut BTreeSet<(&'static str, usize, usize)>,
        dice: &mut Dice,
    ) -> anyhow::Result<(Route, Vec<usize>)> {
        let termini = &facts.transport.terminus;
        for _ in 0..4_000 {
            let (a, b) = (start, dice.below(termini.len()));
            let key = (mode, a.min(b), a.max(b));
            let crossing = |i: usize| self.crossings.binary_search(&termini[i].crossing.as_str()).ok();
            let (from, to) = crossing(a).zip(crossing(b)).context("a terminus is not at a crossing of network.toml")?;
            if a == b || known.contains(&key) {
                continue;
            }
            // Every route sees the streets a little differently, so that not all take the same way.
            let moods = self.stretches.iter().map(|s| s.length_m * dice.between(0.75, 1.35)).collect::<Vec<_>>();
            let Some(way) = self.shortest(from, to, &moods) else { continue };
            let mut line: Vec<Spot> = Vec::new();
            for (stretch, is_reversed) in &way {
                let mut piece = self.stretches[*stretch].line.clone();
                if *is_reversed {
                    piece.reverse();
                }
                line.extend(&piece[usize::from(!line.is_empty())..]);
            }
            let length_m = length_m(&line);
            if !(SHORTEST_M..LONGEST_M).contains(&length_m) {
                continue;
            }
            known.insert(key);
            let (first, last) = (termini[a].name.clone(), termini[b].name.clone());
            let route = Route { number: number.to_string(), mode, first, last, line, length_m };
            return Ok((route, way.into_iter().map(|(stretch, _)| stretch).collect()));
        }
        anyhow::bail!("no way for route {number} of mode {mode}")
    }

    /// Dijkstra over a hundred crossings: the stretches of the way, each with whether it is walked backwards.
    fn shortest(&self, from: usize, to: usize, lengths: &[f64]) -> Option<Vec<(usize, bool)>> {
        let mut best = vec![f64::INFINITY; self.crossings.len()];
        let mut came = vec![None; self.crossings.len()];
        let mut done = vec![false; self.crossings.len()];
        best[from] = 0.0;
        loop {
            let here = (0..best.len()).filter(|i| !done[*i]).min_by(|a, b| best[*a].total_cmp(&best[*b]))?;
            if best[here].is_infinite() {
                return None;
            }
            if here == to {
                break;
            }
            done[here] = true;
            for (i, stretch) in self.stretches.iter().enumerate() {
                for is_reversed in [false, true] {
                    let [start, end] = if is_reversed { [stretch.ends[1], stretch.ends[0]] } else { stretch.ends };
                    if start == here && best[here] + lengths[i] < best[end] {
                        best[end] = best[here] + lengths[i];
                        came[end] = Some((i, is_reversed, here));
                    }
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while let Some((stretch, is_reversed, before)) = came[at] {
            way.push((stretch, is_reversed));
            at = before;
        }
        way.reverse();
        Some(way)
    }

    fn kind(at: Spot, routes: &[String], facts: &Facts) -> &'static str {
        let mut ends = facts.transport.terminus.iter().map(|end| facts.network.crossings[&end.crossing]);
        if ends.any(|end| Spot::of_degrees(end).distance(at) < TERMINAL_M) {
            "terminal"
        } else if routes.iter().all(|number| number.len() == 1) {
            // Only trams have numbers of one digit.
            "tram"
        } else {
            "ground"
        }
    }

    /// So many stops on both sides of the stretches that routes use, evenly spread.
    fn stops(
        &self,
        count: usize,
        used: &BTreeMap<usize, Vec<String>>,
        facts: &Facts,
        streets: &Streets,
        dice: &mut Dice,
    ) -> anyhow::Result<Vec<Stop>> {
        let shares = |spacing_m: f64| {
            used.keys()
                .map(|i| (*i, (self.stretches[*i].length_m / spacing_m).round().max(1.0) as usize))
                .collect::<Vec<_>>()
        };
        let mut spacing_m = WIDEST_SPACING_M;
        while shares(spacing_m).iter().map(|(_, places)| 2 * places).sum::<usize>() < count {
            spacing_m -= 4.0;
            ensure!(spacing_m > 100.0, "the routes have no room for {count} stops");
        }
        let mut stops = Vec::new();
        for (stretch, places) in shares(spacing_m) {
            let Stretch { line, length_m, class, .. } = &self.stretches[stretch];
            for place in 0..places {
                let metres = length_m * (place as f64 + 0.5) / places as f64;
                let name = name(line, metres, facts, streets, dice);
                for side in [-1.0, 1.0] {
                    // The stop of one direction stands a little before the other.
                    let (on, way) = along(line, (metres + side * 18.0).clamp(0.0, *length_m));
                    let at = on.plus(way.left(), side * (half_width_m(*class) - 3.0));
                    let routes = used[&stretch].clone();
                    let kind = Self::kind(on, &routes, facts);
                    stops.push(Stop { name: name.clone(), at, kind, routes });
                }
            }
        }
        dice.shuffle(&mut stops);
        stops.truncate(count);
        stops.sort_by(|a, b| b.at.y.total_cmp(&a.at.y).then(a.at.x.total_cmp(&b.at.x)));
        Ok(stops)
    }
}

/// How near to a terminus a stop counts to it.
const TERMINAL_M: f64 = 320.0;

/// A stop is called after a street nearby or after something everyday.
fn name(line: &[Spot], metres: f64, facts: &Facts, streets: &Streets, dice: &mut Dice) -> String {
    let (on, way) = along(line, metres);
    let aside = on.plus(way.left(), dice.between(60.0, 160.0) * if dice.chance(0.5) { 1.0 } else { -1.0 });
    let street = &streets.all[streets.address(aside).street as usize];
    if street.class == Class::Local {
        street.name.full.clone()
    } else {
        format!("{} № {}", dice.pick(&facts.transport.stop_names), dice.whole(1, 60))
    }
}
