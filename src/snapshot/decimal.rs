//! A `Decimal` is a sum that is exact: the decimal numbers that people wrote, added without rounding.

use std::fmt;

/// Parts of one that are kept: 10^-18.
const PARTS: i128 = 10_i128.pow(18);

/// Decimal places that are kept.
const PLACES: i32 = 18;

/// A sum of numbers; of fractions 18 places are kept, beyond any that a 64-bit number of ordinary size has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decimal {
    whole: i128,
    /// From 0 to below [`PARTS`].
    parts: i128,
}

impl Decimal {
    /// The whole number.
    pub fn whole(number: i64) -> Self {
        Self { whole: number.into(), parts: 0 }
    }

    /// The shortest decimal number that is read as this one: what was written, of a number of up to 15 digits.
    ///
    /// `None` where it is beyond 10^27, so that no sum of a snapshot overflows.
    pub fn shortest(number: f64) -> Option<Self> {
        let cents = number * 100.0;
        // Of two places, as money is: a quotient of whole numbers is rounded right, so equality proves it.
        if cents.abs() < 9e15 && cents.round() / 100.0 == number {
            let cents = cents.round() as i128;
            return Some(Self { whole: cents.div_euclid(100), parts: cents.rem_euclid(100) * (PARTS / 100) });
        }
        if number.abs() >= 1e27 || !number.is_finite() {
            return None;
        }
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let places = digits.split_once('.').map_or(0, |(_, places)| places.len() as i32);
        let digits: i128 = digits.replace('.', "").parse().ok()?;
        // The number is digits · 10^shift.
        let shift = exponent - places;
        if shift >= 0 {
            return Some(Self { whole: digits * 10_i128.pow(shift.unsigned_abs()), parts: 0 });
        }
        if shift < -PLACES - 20 {
            return Some(Self::default());
        }
        if shift < -PLACES {
            let parts = digits / 10_i128.pow((-PLACES - shift).unsigned_abs());
            return Some(Self { whole: parts.div_euclid(PARTS), parts: parts.rem_euclid(PARTS) });
        }
        let one = 10_i128.pow(shift.unsigned_abs());
        Some(Self { whole: digits.div_euclid(one), parts: digits.rem_euclid(one) * (PARTS / one) })
    }
}

impl std::ops::AddAssign for Decimal {
    fn add_assign(&mut self, other: Self) {
        let parts = self.parts + other.parts;
        self.whole += other.whole + parts / PARTS;
        self.parts = parts % PARTS;
    }
}

impl fmt::Display for Decimal {
    /// A JSON number without an exponent and without needless zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_negative = self.whole < 0;
        // -1.25 is held as -2 and 0.75.
        let (whole, parts) = match (is_negative, self.parts) {
            (true, 0) => (-self.whole, 0),
            (true, parts) => (-self.whole - 1, PARTS - parts),
            (false, parts) => (self.whole, parts),
        };
        let places = format!("{parts:018}");
        let places = places.trim_end_matches('0');
        let (sign, point) = (if is_negative { "-" } else { "" }, if places.is_empty() { "" } else { "." });
        write!(f, "{sign}{whole}{point}{places}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(numbers: &[f64]) -> String {
        let mut sum = Decimal::default();
        for number in numbers {
            sum += Decimal::shortest(*number).unwrap();
        }
        sum.to_string()
    }

    #[test]
    fn money_is_added_to_the_last_kopiika() {
        assert_eq!(sum(&[0.1; 10]), "1");
        assert_eq!(sum(&[0.1, 0.2]), "0.3");
        assert_eq!(sum(&[-1.25, 0.5]), "-0.75");
        assert_eq!(sum(&[1e15, 0.01, -1e15]), "0.01");
        assert_eq!(sum(&[123_456_789_012.34, 0.66]), "123456789013");
        assert_eq!(sum(&[0.001, 1e-18, 1e-30, 1e-300]), "0.001000000000000001");
        assert_eq!(sum(&[-0.0]), "0");
        assert_eq!(sum(&[1e26]), "100000000000000000000000000");
        assert_eq!((Decimal::shortest(1e27), Decimal::shortest(f64::NAN)), (None, None));
    }

    proptest! {
        #[test]
        fn a_number_comes_back_and_the_order_does_not_matter(
            numbers in prop::collection::vec(prop_oneof![-1e9..1e9_f64, -1.0..1.0_f64, (-1_000_000_i32..1_000_000).prop_map(|n| f64::from(n) / 1000.0)], 1..20),
        ) {
            if numbers[0].abs() > 1e-2 {
                prop_assert_eq!(sum(&numbers[..1]).parse::<f64>().unwrap(), numbers[0]);
            }
            let mut turned = numbers.clone();
            turned.reverse();
            prop_assert_eq!(sum(&numbers), sum(&turned));
        }
    }
}
