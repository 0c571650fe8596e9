//! Streets are the lines people give as addresses: arterials and main streets from the facts, local ones from the quarters.

use std::collections::BTreeMap;

use anyhow::Context;

use super::{
    curve::{simplify, smooth},
    facts::{Class, Facts, QuarterKind},
    ground::Ground,
    nearby::Nearby,
    plane::{Spot, along, length_m},
    quarters, street_names,
    street_names::StreetName,
};

/// How much frontage has one house number: numbers count plots, odd on the left, even on the right. Plots along through
/// streets are wide.
fn plot_m(class: Class) -> f64 {
    if class == Class::Local { 18.0 } else { 42.0 }
}

/// One street.
pub struct Street {
    pub name: StreetName,
    pub class: Class,
    pub line: Vec<Spot>,
    pub length_m: f64,
    /// What is built along it; arterial and main streets have none.
    pub quarter: Option<QuarterKind>,
}

/// All streets and where they are.
pub struct Streets {
    pub all: Vec<Street>,
    near: Nearby<(u32, f32)>,
}

/// A street by its position among all and a number on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub street: u32,
    pub number: u32,
}

impl Streets {
    pub fn lay(facts: &Facts, ground: &Ground) -> anyhow::Result<Self> {
        let mut all = network(facts)?;
        let mut near = Nearby::new();
        for (i, street) in all.iter().enumerate() {
            index(&mut near, i, street);
        }
        let local = quarters::local_streets(facts, ground, &near);
        let names = street_names::for_locals(&facts.street_names, local.len());
        for ((quarter, line), name) in local.into_iter().zip(names) {
            let street = Street {
                name,
                class: Class::Local,
                length_m: length_m(&line),
                line,
                quarter: Some(facts.quarters[quarter].kind),
            };
            index(&mut near, all.len(), &street);
            all.push(street);
        }
        Ok(Self { all, near })
    }

    /// The address of a spot: the nearest street and the number that its frontage has there.
    pub fn address(&self, at: Spot) -> Address {
        let (segment, t, _) = self.near.nearest(at).expect("a city has streets");
        let (street, start_m) = segment.of;
        let metres = f64::from(start_m) + t * segment.a.distance(segment.b);
        let is_left = segment.a.to(segment.b).cross(segment.a.to(at)) > 0.0;
        Address { street, number: number(self.all[street as usize].class, metres, is_left) }
    }

    /// A spot beside a street, so many metres along it and so many to its left (or right, if negative), and its address.
    pub fn beside(&self, street: usize, metres: f64, offset_m: f64) -> (Spot, Address) {
        let (on, way) = along(&self.all[street].line, metres);
        let address = Address { street: street as u32, number: number(self.all[street].class, metres, offset_m > 0.0) };
        (on.plus(way.left(), offset_m), address)
    }

    /// The axes about a spot, each with half the width of its street.
    pub fn axes(&self, at: Spot, reach_m: f64) -> impl Iterator<Item = (Spot, Spot, f64)> {
        self.near.about(at, reach_m).map(|s| (s.a, s.b, half_width_m(self.all[s.of.0 as usize].class)))
    }
}

/// House number so far along a street.
fn number(class: Class, metres: f64, is_left: bool) -> u32 {
    2 * (metres / plot_m(class)) as u32 + if is_left { 1 } else { 2 }
}

/// Half the width of a street with its pavements.
pub fn half_width_m(class: Class) -> f64 {
    match class {
        Class::Arterial => 17.0,
        Class::Main => 12.0,
        Class::Local => 7.0,
    }
}

fn index(near: &mut Nearby<(u32, f32)>, street: usize, of: &Street) {
    let mut start_m = 0.0;
    for pair in of.line.windows(2) {
        near.add(pair[0], pair[1], (street as u32, start_m as f32));
        start_m += pair[0].distance(pair[1]);
    }
}

/// The arterial and main streets as the facts draw them.
fn network(facts: &Facts) -> anyhow::Result<Vec<Street>> {
    let crossings: BTreeMap<&str, Spot> =
        facts.network.crossings.iter().map(|(name, at)| (name.as_str(), Spot::of_degrees(*at))).collect();
    let mut all = Vec::new();
    for street in &facts.network.street {
        let through = street
            .through
            .iter()
            .map(|name| crossings.get(name.as_str()).copied())
            .collect::<Option<Vec<_>>>()
            .with_context(|| format!("{} runs through a crossing that network.toml does not have", street.name))?;
        let line = thinned(&through);
        let name = StreetName::read(&street.name)?;
        let length_m = length_m(&line);
        all.push(Street { name, class: street.class, line, length_m, quarter: None });
    }
    Ok(all)
}

/// The smooth curve through the crossings, with no vertex it can do without but every crossing.
pub fn thinned(through: &[Spot]) -> Vec<Spot> {
    let curve = smooth(through, 40.0);
    let mut line = vec![curve[0]];
    let mut start = 0;
    for crossing in &through[1..] {
        let end = start + 1 + curve[start + 1..].iter().position(|s| s == crossing).expect("a curve passes its spots");
        line.extend(&simplify(&curve[start..=end], 0.8)[1..]);
        start = end;
    }
    line
}
