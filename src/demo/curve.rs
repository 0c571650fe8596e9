//! A curve is a line or ring as nature or a builder would draw it, made of the few spots that a person wrote down.

use std::f64::consts::TAU;

use super::{
    dice::Dice,
    plane::{Spot, heading, nearest_on},
};

/// A smooth curve through every spot of the line (Catmull and Rom, uniform), a vertex about every `step_m`.
pub fn smooth(line: &[Spot], step_m: f64) -> Vec<Spot> {
    let mut curve = vec![line[0]];
    for i in 0..line.len() - 1 {
        curve.extend(span(line, i, step_m));
    }
    curve
}

/// The part of a smooth curve between spot `i` and the next, without spot `i`.
pub fn span(line: &[Spot], i: usize, step_m: f64) -> Vec<Spot> {
    let (b, c) = (line[i], line[i + 1]);
    let a = if i == 0 { b } else { line[i - 1] };
    let d = if i + 2 < line.len() { line[i + 2] } else { c };
    let pieces = (b.distance(c) / step_m).ceil().max(1.0) as usize;
    let mut out = (1..pieces)
        .map(|k| {
            let t = k as f64 / pieces as f64;
            let blend = |a: f64, b: f64, c: f64, d: f64| {
                b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
            };
            Spot { x: blend(a.x, b.x, c.x, d.x), y: blend(a.y, b.y, c.y, d.y) }
        })
        .collect::<Vec<_>>();
    // The end itself, not a sum that is nearly it: streets must meet exactly.
    out.push(c);
    out
}

/// Breaks a line into uneven steps: every piece longer than `step_m` is halved and its middle moved aside by up to `share`
/// of its length. The ends stay where they are.
pub fn roughen(line: &[Spot], step_m: f64, share: f64, dice: &mut Dice) -> Vec<Spot> {
    let mut out = vec![line[0]];
    for pair in line.windows(2) {
        halve(pair[0], pair[1], step_m, share, dice, &mut out);
    }
    out
}

fn halve(a: Spot, b: Spot, step_m: f64, share: f64, dice: &mut Dice, out: &mut Vec<Spot>) {
    if a.distance(b) <= step_m {
        out.push(b);
        return;
    }
    let way = a.to(b);
    let middle = a.toward(b, 0.5).plus(way.left(), dice.between(-share, share));
    halve(a, middle, step_m, share, dice, out);
    halve(middle, b, step_m, share, dice, out);
}

/// A rounded patch about a centre, its rim waved by chance, counter-clockwise.
pub fn blob(centre: Spot, half_length_m: f64, half_width_m: f64, azimuth_deg: f64, dice: &mut Dice) -> Vec<Spot> {
    let long = heading(azimuth_deg);
    let waves = [2.0, 3.0, 5.0, 7.0].map(|n: f64| (n, dice.between(0.3, 1.0) * 0.28 / n, dice.between(0.0, TAU)));
    let count = ((half_length_m + half_width_m) / 14.0).clamp(24.0, 160.0) as usize;
    (0..count)
        .map(|i| {
            let turn = i as f64 / count as f64 * TAU;
            let reach = 1.0 + waves.iter().map(|(n, height, start)| height * (n * turn + start).sin()).sum::<f64>();
            centre.plus(long, turn.cos() * half_length_m * reach).plus(long.left(), turn.sin() * half_width_m * reach)
        })
        .collect()
}

/// A strip of the given width along a line, counter-clockwise.
pub fn strip(line: &[Spot], width_m: f64) -> Vec<Spot> {
    let side = |offset: f64| {
        (0..line.len())
            .map(|i| {
                let (before, after) = (line[i.saturating_sub(1)], line[(i + 1).min(line.len() - 1)]);
                line[i].plus(before.to(after).one_metre().left(), offset)
            })
            .collect::<Vec<_>>()
    };
    let mut ring = side(-width_m / 2.0);
    ring.extend(side(width_m / 2.0).into_iter().rev());
    ring
}

/// A strip whose banks wander and which narrows to its ends, as a flood plain or an old forest belt does.
pub fn ragged_strip(line: &[Spot], width_m: f64, dice: &mut Dice) -> Vec<Spot> {
    let waves = [0; 4].map(|_| (dice.between(0.35, 0.9), dice.between(0.0, TAU)));
    let last = (line.len() - 1) as f64;
    let half_m = |i: usize, side: usize| {
        let wave: f64 = waves[2 * side..2 * side + 2].iter().map(|(n, start)| (n * i as f64 + start).sin()).sum();
        let from_end = (i as f64).min(last - i as f64) / last * 8.0;
        width_m / 2.0 * (1.0 + 0.22 * wave) * (0.25 + from_end).min(1.0)
    };
    let bank = |side: usize, sign: f64| {
        (0..line.len())
            .map(|i| {
                let (before, after) = (line[i.saturating_sub(1)], line[(i + 1).min(line.len() - 1)]);
                line[i].plus(before.to(after).one_metre().left(), sign * half_m(i, side))
            })
            .collect::<Vec<_>>()
    };
    let mut ring = bank(0, -1.0);
    ring.extend(bank(1, 1.0).into_iter().rev());
    ring
}

/// Leaves out the vertices that lie within `tolerance_m` of the line without them (Douglas and Peucker).
pub fn simplify(line: &[Spot], tolerance_m: f64) -> Vec<Spot> {
    let mut out = vec![line[0]];
    keep(line, tolerance_m, &mut out);
    out
}

fn keep(line: &[Spot], tolerance_m: f64, out: &mut Vec<Spot>) {
    let (first, last) = (line[0], line[line.len() - 1]);
    let far = (1..line.len() - 1)
        .map(|i| (i, nearest_on(first, last, line[i]).1))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, distance)| *distance > tolerance_m);
    match far {
        Some((i, _)) => {
            keep(&line[..=i], tolerance_m, out);
            keep(&line[i..], tolerance_m, out);
        }
        None => out.push(last),
    }
}
