//! The SRP-6a verifier with the 3072-bit group of RFC 5054 and SHA-512.

use std::sync::OnceLock;

use num_bigint::BigUint;
use sha2::{Digest, Sha512};

/// Length of a verifier in bytes.
pub const VERIFIER: usize = 384;

/// The prime of RFC 5054, appendix A; the generator is 5.
const PRIME: &[u8] = b"\
    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
    020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
    4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
    98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB\
    9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
    3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33\
    A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864\
    D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2\
    08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

/// Exponent bits per multiplication.
const WINDOW: usize = 4;

/// Precomputed powers of the generator: for each window of the exponent, a row with the power for
/// each of its values. The table takes about 800 KB and is computed once; a verifier then takes 128
/// multiplications instead of 640, which matters for tables with thousands of rows.
struct Powers {
    prime: BigUint,
    windows: Vec<[BigUint; 1 << WINDOW]>,
}

impl Powers {
    fn get() -> &'static Self {
        static POWERS: OnceLock<Powers> = OnceLock::new();
        POWERS.get_or_init(|| {
            let prime = BigUint::parse_bytes(PRIME, 16).unwrap_or_default();
            let mut base = BigUint::from(5u8);
            let mut window = |_| {
                let mut power = BigUint::from(1u8);
                let row = std::array::from_fn(|_| {
                    let next = &power * &base % &prime;
                    std::mem::replace(&mut power, next)
                });
                base = power;
                row
            };
            let windows = (0..512 / WINDOW).map(&mut window).collect();
            Self { prime, windows }
        })
    }

    /// Returns the generator to the power of a 64-byte big-endian number.
    fn of(&self, exponent: &[u8]) -> BigUint {
        let digits = exponent.iter().rev().flat_map(|byte| [byte & 0xf, byte >> 4]);
        let factors = self.windows.iter().zip(digits).filter(|(_, digit)| *digit != 0);
        factors.fold(BigUint::from(1u8), |product, (row, digit)| {
            product * &row[usize::from(digit)] % &self.prime
        })
    }
}

/// Computes the verifier of a user name and password: g^x, where x = H(salt, H(I ":" P)).
pub fn verifier(salt: &[u8], username: &str, password: &str) -> [u8; VERIFIER] {
    let inner = inner_digest(username, password);
    let x = Sha512::new().chain_update(salt).chain_update(inner).finalize();
    let digits = Powers::get().of(&x).to_bytes_be();
    let mut verifier = [0; VERIFIER];
    verifier.iter_mut().rev().zip(digits.iter().rev()).for_each(|(to, from)| *to = *from);
    verifier
}

/// Computes H(I ":" P). One client strips leading zeros from it and then computes another x, so
/// pairs of user name and password with leading zeros work with some clients only.
pub fn inner_digest(username: &str, password: &str) -> [u8; 64] {
    let parts = [username.as_bytes(), b":", password.as_bytes()];
    parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_yields_correct_powers() {
        let powers = Powers::get();
        let digest = Sha512::digest(b"some number");
        for exponent in [[0; 64], [0xff; 64], [0x10; 64], digest.into()] {
            let wanted =
                BigUint::from(5u8).modpow(&BigUint::from_bytes_be(&exponent), &powers.prime);
            assert_eq!(powers.of(&exponent), wanted);
        }
    }
}
