//! Clipping says which part of a straight edge lies in a box: Liang and Barsky (1984).

/// The fractions in [0, 1] at which the edge from `a` to `b` enters and leaves the box; `None` where it stays outside.
///
/// Any plane will do: degrees or tile units, `min` and `max` being opposite corners.
pub fn part_inside(a: (f64, f64), b: (f64, f64), min: (f64, f64), max: (f64, f64)) -> Option<(f64, f64)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    // Against each side: how fast the edge goes outward, and how much room there is before it.
    for (step, room) in [(-dx, a.0 - min.0), (dx, max.0 - a.0), (-dy, a.1 - min.1), (dy, max.1 - a.1)] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    (enter <= leave).then_some((enter, leave))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIN: (f64, f64) = (0.0, 0.0);
    const MAX: (f64, f64) = (10.0, 10.0);

    #[test]
    fn an_edge_across_is_kept_between_the_sides() {
        assert_eq!(part_inside((-10.0, 5.0), (20.0, 5.0), MIN, MAX), Some((1.0 / 3.0, 2.0 / 3.0)));
        assert_eq!(part_inside((1.0, 1.0), (2.0, 2.0), MIN, MAX), Some((0.0, 1.0)));
        assert_eq!(part_inside((-1.0, 20.0), (20.0, 20.0), MIN, MAX), None);
        assert_eq!(part_inside((-5.0, 4.0), (4.0, -5.0), MIN, MAX), None);
    }

    proptest! {
        #[test]
        fn a_sample_is_inside_exactly_between_entering_and_leaving(
            a in (-20.0..30.0_f64, -20.0..30.0_f64), b in (-20.0..30.0_f64, -20.0..30.0_f64), t in 0.0..=1.0_f64,
        ) {
            let at = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
            let depth = [at.0, 10.0 - at.0, at.1, 10.0 - at.1].into_iter().fold(f64::INFINITY, f64::min);
            prop_assume!(depth.abs() > 1e-9);
            let kept = part_inside(a, b, MIN, MAX).is_some_and(|(enter, leave)| (enter..=leave).contains(&t));
            prop_assert_eq!(kept, depth > 0.0);
        }
    }
}
