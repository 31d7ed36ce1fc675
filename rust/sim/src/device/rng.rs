//! Deterministic randomness: the same seed yields the same bytes.

use std::fmt;

use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};

/// A generator that hashes its seed and a counter, and can be made to fail.
#[derive(Clone, Debug)]
pub struct SimRng {
    seed: u64,
    calls: u64,
    fail_at: Option<u64>,
}

/// A requested failure of the generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RngFailed;

impl SimRng {
    /// Creates a generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, calls: 0, fail_at: None }
    }

    /// Makes the `n`-th call from now fail, counted from 1.
    pub fn fail_at(&mut self, n: u64) {
        self.fail_at = Some(self.calls.saturating_add(n));
    }

    /// Returns whether a failure is still pending.
    pub fn will_fail(&self) -> bool {
        self.fail_at.is_some_and(|at| at > self.calls)
    }
}

impl TryRng for SimRng {
    type Error = RngFailed;

    fn try_next_u32(&mut self) -> Result<u32, RngFailed> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, RngFailed> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), RngFailed> {
        self.calls += 1;
        if self.fail_at == Some(self.calls) {
            return Err(RngFailed);
        }
        for (block, chunk) in (0u64..).zip(to.chunks_mut(32)) {
            let hash = Sha256::new()
                .chain_update(self.seed.to_le_bytes())
                .chain_update(self.calls.to_le_bytes())
                .chain_update(block.to_le_bytes())
                .finalize();
            chunk.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}

/// For tests only: the output is predictable.
impl TryCryptoRng for SimRng {}

impl fmt::Display for RngFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the generator was told to fail")
    }
}

impl std::error::Error for RngFailed {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_depend_on_seed_and_call_alone() {
        let draw = |seed| {
            let mut rng = SimRng::new(seed);
            let mut bytes = [0; 40];
            rng.try_fill_bytes(&mut bytes).unwrap();
            (bytes, rng.try_next_u32().unwrap(), rng.try_next_u64().unwrap())
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1).0, draw(2).0);
        let (bytes, word, _) = draw(1);
        assert_ne!(bytes[..4], word.to_le_bytes());
        assert_ne!(bytes[..8], bytes[32..]);
    }

    #[test]
    fn it_fails_once_when_told() {
        let mut rng = SimRng::new(1);
        rng.fail_at(2);
        assert!(rng.try_next_u32().is_ok() && rng.will_fail());
        assert_eq!(rng.try_next_u32(), Err(RngFailed));
        assert!(rng.try_next_u32().is_ok() && !rng.will_fail());
    }
}
