//! `Dice` are a stream of chance that is the same for the same seed and name, on every machine.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// One stream of chance; two streams of different names have nothing to do with each other.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this seed and name.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&fnv1a(name).to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// The stream of what is a fact of the city, whatever the seed.
    pub fn of_fact(name: &str) -> Self {
        Self::new(0, name)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        // 53 bits are all that fit into the fraction of an f64.
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in [0, count); `count` is at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        // The product of 64 by 64 bits keeps its upper half below `count`.
        ((u128::from(self.0.next_u64()) * count as u128) >> 64) as usize
    }

    /// A whole number in [low, high].
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of several; there is at least one.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    /// The position of one of several by their shares, which are not negative and not all zero.
    pub fn weighed(&mut self, shares: &[f64]) -> usize {
        let mut left = self.unit() * shares.iter().sum::<f64>();
        for (i, share) in shares.iter().enumerate() {
            left -= share;
            if left < 0.0 {
                return i;
            }
        }
        shares.len() - 1
    }

    /// Puts them in an order of chance (Fisher and Yates).
    pub fn shuffle<T>(&mut self, of: &mut [T]) {
        for i in (1..of.len()).rev() {
            of.swap(i, self.below(i + 1));
        }
    }
}

/// FNV-1a, 64 bits: names of streams are few, short and trusted.
pub fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_known_by_its_seed_and_name() {
        let first = |seed, name: &str| Dice::new(seed, name).unit().to_bits();
        assert_eq!(first(7, "schools"), first(7, "schools"));
        assert_ne!(first(7, "schools"), first(8, "schools"));
        assert_ne!(first(7, "schools"), first(7, "clinics"));
    }

    #[test]
    fn shares_are_kept() {
        let mut dice = Dice::new(1, "shares");
        let mut seen = [0; 3];
        for _ in 0..10_000 {
            seen[dice.weighed(&[1.0, 0.0, 3.0])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((2300..2700).contains(&seen[0]), "{seen:?}");
    }
}
