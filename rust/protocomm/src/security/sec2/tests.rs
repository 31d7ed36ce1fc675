//! Cases that no message can reach: edges of a hash, the end of a counter.

use alloc::vec::Vec;

use super::*;

fn channel(count: u32) -> Sealed {
    let mut nonce = [2; gcm::NONCE];
    nonce[SESSION..].copy_from_slice(&count.to_be_bytes());
    Sealed { key: [1; gcm::KEY], nonce, patch: Patch::One }
}

#[test]
fn the_constants_are_the_documented_digests() {
    // N is R - 1 less R - 1 - N.
    let mut n = [0xff; group::BYTES];
    let mut excess = [0; group::BYTES];
    Residue::from_bytes(&n).to_bytes(&mut excess);
    let mut borrow = 0i16;
    for (digit, excess) in n.iter_mut().zip(&mut excess).rev() {
        let difference = i16::from(*digit) - i16::from(*excess) - borrow;
        borrow = i16::from(difference < 0);
        *digit = difference.rem_euclid(256) as u8;
    }
    assert!(!group::is_element(&n));
    let mut generator = [0; group::BYTES];
    generator[group::BYTES - 1] = 5;
    let multiplier = Sha512::new().chain_update(n).chain_update(generator).finalize();
    assert_eq!(multiplier.as_slice(), MULTIPLIER);
    let digests = Sha512::digest(n).into_iter().zip(Sha512::digest(generator));
    let xored: Vec<u8> = digests.map(|(a, b)| a ^ b).collect();
    assert_eq!(xored, GROUP_DIGEST);
}

#[test]
fn a_scrambler_of_zero_is_refused() {
    assert_eq!(refuse_zero(&[0; DIGEST]), Err(HandshakeError::WeakKey));
    let mut smallest = [0; DIGEST];
    smallest[DIGEST - 1] = 1;
    assert_eq!(refuse_zero(&smallest), Ok(()));
}

#[test]
fn the_counter_does_not_wrap() {
    let (mut device, mut client) = (channel(u32::MAX), channel(u32::MAX));
    let mut message = *b"the last one                ";
    assert_eq!(client.seal(&mut message, 12), Ok(28));
    assert_eq!(device.open(&mut message), Ok(12));
    assert!(message.starts_with(b"the last one"));
    assert_eq!(device.seal(&mut [0; 40], 24), Err(Error::Exhausted));
    assert_eq!(device.open(&mut [0; 40]), Err(Error::Exhausted));
    assert_eq!(client.seal(&mut [0; 40], 24), Err(Error::Exhausted));
}

#[test]
fn a_response_that_does_not_fit_with_its_tag_is_refused_before_it_is_sealed() {
    let (mut device, mut client) = (channel(1), channel(1));
    for (size, length) in [(0, 0), (15, 0), (16, 1), (20, 5), (20, 21), (20, usize::MAX)] {
        assert_eq!(device.seal(&mut alloc::vec![0; size], length), Err(Error::ResponseTooLarge));
    }
    let mut message = [7; 20];
    assert_eq!(device.seal(&mut message, 4), Ok(20));
    assert_eq!(client.open(&mut message), Ok(4));
    assert_eq!(message[..4], [7; 4]);
}

#[test]
fn a_forged_message_is_not_counted_and_a_true_one_is() {
    let (mut device, mut client) = (channel(1), channel(1));
    for length in [0, 1, 15, 16, 17] {
        assert_eq!(device.open(&mut [0; 40][..length].to_vec()), Err(Error::Unauthentic));
        let mut message = [0; gcm::TAG];
        assert_eq!(client.seal(&mut message, 0), Ok(gcm::TAG), "an empty message is sealed too");
        assert_eq!(device.open(&mut message.clone()), Ok(0));
        assert_eq!(device.open(&mut message), Err(Error::Unauthentic), "nor is it taken twice");
    }
    assert_eq!(device.nonce[SESSION..], [0, 0, 0, 6]);
}

#[test]
fn a_key_with_leading_zeros_is_no_shorter_than_a_cipher_needs() {
    assert_eq!(cipher_key(&[1; gcm::KEY - 1]), Err(HandshakeError::ProofMismatch));
    assert_eq!(cipher_key(&[1; DIGEST - 1]), Ok(&[1; gcm::KEY]));
}

#[test]
fn no_secret_is_in_debug_output() {
    let scheme = Sec2::new(b"salt", &[0xab; group::BYTES]).unwrap();
    assert_eq!(alloc::format!("{scheme:?}"), "Sec2 { patch: One, .. }");
}

#[test]
fn unusable_parameters_are_refused() {
    let verifier = [0x7f; group::BYTES];
    let refused = |salt: &[u8], verifier: &[u8]| Sec2::new(salt, verifier).err();
    assert_eq!(refused(&[1], &verifier), None);
    assert_eq!(refused(&[1; SALT_MAX], &verifier), None);
    // A tool that drops leading zeros makes shorter verifiers.
    assert_eq!(refused(&[1], &verifier[..383]), None);
    assert_eq!(refused(&[], &verifier), Some(BadParameters::Salt));
    assert_eq!(refused(&[1; SALT_MAX + 1], &verifier), Some(BadParameters::Salt));
    for verifier in [&[][..], &[0; 384], &[1], &[0, 1], &[0xff; 384], &[1; 385]] {
        assert_eq!(refused(&[1], verifier), Some(BadParameters::Verifier));
    }
}
