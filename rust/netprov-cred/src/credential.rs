//! A device's credential, and its validation.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::hex::Fault;
use crate::srp;

/// Length of a generated password in characters (60 random bits).
pub const PASSWORD_LENGTH: usize = 12;

/// Length of a generated salt in bytes.
const SALT: usize = 16;
/// Longest salt that a device accepts, in bytes.
const SALT_MAX: usize = 64;
/// Longest user name, in bytes, that fits into a handshake message together with the public key on
/// every transport.
const USERNAME_MAX: usize = 64;
/// Longest password in the QR code, in bytes.
const PASSWORD_MAX: usize = 64;
/// Longest service name (the SSID of an access point) in bytes.
const NAME_MAX: usize = 32;

/// Length of an access point's password in characters, as required by WPA2 and accepted by phones.
const AP_PASSWORD: std::ops::RangeInclusive<usize> = 8..=63;

/// Omits the easily confused characters 0 and O, 1 and I.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The data that a device and its owner need. Contains the password, so store it as a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Service name.
    pub name: String,
    /// Security version: 1 or 2.
    pub security: u32,
    /// User name for security 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password for security 2, for the label and the QR code. The device does not need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Proof of possession for security 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pop: Option<String>,
    /// Password of the access point, for the device and the QR code. `None` if it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ap_password: Option<String>,
    /// Salt for security 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "hexadecimal")]
    pub salt: Vec<u8>,
    /// Verifier for security 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "hexadecimal")]
    pub verifier: Vec<u8>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("name", &self.name)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl Credential {
    /// Creates a credential for security 2, generating salt and password if they are not given.
    pub fn security_2(
        name: &str,
        username: &str,
        password: Option<&str>,
        salt: Option<&[u8]>,
    ) -> Result<Self, Fault> {
        check_name(name)?;
        if username.is_empty() || username.len() > USERNAME_MAX {
            return Err(Fault(format!("the user name must have 1 to {USERNAME_MAX} bytes")));
        }
        if username.contains(':') {
            return Err(Fault("the user name must not contain a colon".into()));
        }
        let salt = match salt {
            Some(salt) => salt.to_vec(),
            None => random_salt()?.to_vec(),
        };
        if salt.is_empty() || salt.len() > SALT_MAX {
            return Err(Fault(format!("the salt must have 1 to {SALT_MAX} bytes")));
        }
        if salt.first() == Some(&0) {
            return Err(Fault(
                "the salt begins with a zero byte, which some apps omit: use another salt".into(),
            ));
        }
        let password = match password {
            Some(password) => password.to_owned(),
            None => loop {
                let password = random_text(PASSWORD_LENGTH)?;
                if srp::inner_digest(username, &password)[0] != 0 {
                    break password;
                }
            },
        };
        if password.is_empty() || password.len() > PASSWORD_MAX {
            return Err(Fault(format!("the password must have 1 to {PASSWORD_MAX} bytes")));
        }
        if srp::inner_digest(username, &password)[0] == 0 {
            return Err(Fault(
                "this pair of user name and password, like one in 256, does not work with every \
                 client: use another password"
                    .into(),
            ));
        }
        let verifier = srp::verifier(&salt, username, &password).to_vec();
        Ok(Self {
            name: name.into(),
            security: 2,
            username: Some(username.into()),
            password: Some(password),
            pop: None,
            ap_password: None,
            salt,
            verifier,
        })
    }

    /// Creates a credential for security 1, generating the proof of possession if it is not given.
    pub fn security_1(name: &str, pop: Option<&str>) -> Result<Self, Fault> {
        check_name(name)?;
        let pop = match pop {
            Some(pop) => pop.to_owned(),
            None => random_text(PASSWORD_LENGTH)?,
        };
        if pop.is_empty() || pop.len() > PASSWORD_MAX {
            return Err(Fault(format!(
                "the proof of possession must have 1 to {PASSWORD_MAX} bytes"
            )));
        }
        Ok(Self {
            name: name.into(),
            security: 1,
            username: None,
            password: None,
            pop: Some(pop),
            ap_password: None,
            salt: Vec::new(),
            verifier: Vec::new(),
        })
    }

    /// Adds the password of the access point that the device opens.
    ///
    /// Fails unless the password has 8 to 63 printable ASCII characters, as WPA2 and phones
    /// require.
    pub fn with_ap_password(self, password: Option<&str>) -> Result<Self, Fault> {
        password.map_or(Ok(()), check_ap_password)?;
        Ok(Self { ap_password: password.map(Into::into), ..self })
    }

    /// Returns a warning about values that do not work with all clients.
    pub fn warning(&self) -> Option<&'static str> {
        let ascii = self.pop.as_ref().is_none_or(|pop| pop.is_ascii());
        (!ascii).then_some(
            "the proof of possession has non-ASCII characters, which esp_prov encodes as Latin-1 \
             and the phone apps as UTF-8: use ASCII to work with every client",
        )
    }

    /// Checks a credential that was read from a file for consistency.
    pub fn check(&self) -> Result<(), Fault> {
        let missing = |what: &str| Err(Fault(format!("`{what}` is missing")));
        check_name(&self.name)?;
        self.ap_password.as_deref().map_or(Ok(()), check_ap_password)?;
        match (self.security, &self.pop, &self.username, &self.password) {
            (1, None, ..) => missing("pop"),
            (1, Some(_), None, None) if self.salt.is_empty() && self.verifier.is_empty() => Ok(()),
            (1, ..) => Err(Fault("security 1 requires a `pop` and no fields of security 2".into())),
            (2, None, ..) if self.salt.is_empty() => missing("salt"),
            (2, None, ..) if self.verifier.is_empty() => missing("verifier"),
            (2, None, Some(username), Some(password)) => {
                let made = srp::verifier(&self.salt, username, password);
                let digits = |bytes: &[u8]| -> Vec<u8> {
                    bytes.iter().copied().skip_while(|digit| *digit == 0).collect()
                };
                if digits(&self.verifier) == digits(&made) {
                    Ok(())
                } else {
                    Err(Fault("the verifier does not match user name and password".into()))
                }
            }
            (2, None, ..) => Ok(()),
            (2, ..) => Err(Fault("security 2 requires a `password` and no `pop`".into())),
            (other, ..) => Err(Fault(format!("security {other} is not supported: must be 1 or 2"))),
        }
    }
}

fn check_name(name: &str) -> Result<(), Fault> {
    if name.is_empty() || name.len() > NAME_MAX {
        return Err(Fault(format!("the service name must have 1 to {NAME_MAX} bytes")));
    }
    if name.chars().any(char::is_control) {
        return Err(Fault("the service name has a control character".into()));
    }
    Ok(())
}

fn check_ap_password(password: &str) -> Result<(), Fault> {
    let printable = password.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if printable && AP_PASSWORD.contains(&password.len()) {
        return Ok(());
    }
    let (least, most) = (AP_PASSWORD.start(), AP_PASSWORD.end());
    Err(Fault(format!(
        "the access point's password must have {least} to {most} printable ASCII characters"
    )))
}

/// Returns random text of `length` characters, with five random bits each.
pub fn random_text(length: usize) -> Result<String, Fault> {
    let mut bytes = vec![0; length];
    fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

/// Returns a salt without a leading zero byte, which some clients would drop.
fn random_salt() -> Result<[u8; SALT], Fault> {
    let mut salt = [0; SALT];
    while salt[0] == 0 {
        fill(&mut salt)?;
    }
    Ok(salt)
}

fn fill(bytes: &mut [u8]) -> Result<(), Fault> {
    getrandom::fill(bytes)
        .map_err(|error| Fault(format!("cannot get random numbers from the system: {error}")))
}

/// Serializes bytes as hexadecimal.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&crate::hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        crate::hex::decode(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_of_a_known_pair_matches() {
        // Espressif's example embeds a verifier for this user name and password.
        let salt = crate::hex::decode("036ee0c7bcb9eda84c9eac97d93decf4").unwrap();
        let made = Credential::security_2("n", "wifiprov", Some("abcd1234"), Some(&salt)).unwrap();
        let theirs = sim::client::sec2::verifier(&salt, b"wifiprov", b"abcd1234");
        assert_eq!(made.verifier, theirs);
        assert_eq!(made.check(), Ok(()));
    }

    #[test]
    fn generated_values_are_random_without_leading_zeros() {
        let one = Credential::security_2("n", "wifiprov", None, None).unwrap();
        let two = Credential::security_2("n", "wifiprov", None, None).unwrap();
        assert_ne!(one.salt, two.salt);
        assert_ne!(one.password, two.password);
        assert!(one.salt[0] != 0 && one.salt.len() == SALT);
        let password = one.password.unwrap();
        assert_eq!(password.len(), PASSWORD_LENGTH);
        assert!(password.bytes().all(|byte| ALPHABET.contains(&byte)));
        assert_eq!(Credential::security_1("n", None).unwrap().pop.unwrap().len(), PASSWORD_LENGTH);
    }

    #[test]
    fn values_that_break_some_clients_are_refused() {
        let refused = |username: &str, password: &str, salt: &[u8]| {
            Credential::security_2("n", username, Some(password), Some(salt)).is_err()
        };
        assert!(!refused("wifiprov", "abcd1234", &[1; 16]));
        assert!(refused("wifiprov", "abcd1234", &[0; 16]));
        assert!(refused("wifiprov", "abcd1234", &[]));
        assert!(refused("wifiprov", "abcd1234", &[1; 65]));
        assert!(refused("", "abcd1234", &[1]));
        assert!(refused("a:b", "abcd1234", &[1]));
        assert!(refused(&"u".repeat(65), "abcd1234", &[1]));
        assert!(refused("wifiprov", "", &[1]));
        let zero = (0..).map(|n| format!("password{n}"));
        let zero = zero.into_iter().find(|p| srp::inner_digest("wifiprov", p)[0] == 0).unwrap();
        assert!(refused("wifiprov", &zero, &[1]));
        for name in ["", &"n".repeat(33), "a\nb"] {
            assert!(Credential::security_1(name, None).is_err());
        }
    }

    #[test]
    fn inconsistent_credentials_are_refused() {
        let good = Credential::security_2("n", "wifiprov", None, None).unwrap();
        let text = serde_json::to_string(&good).unwrap();
        assert_eq!(serde_json::from_str::<Credential>(&text).unwrap(), good);
        for change in [
            |c: &mut Credential| c.verifier[7] ^= 1,
            |c: &mut Credential| c.verifier.clear(),
            |c: &mut Credential| c.salt.clear(),
            |c: &mut Credential| c.pop = Some("pop".into()),
            |c: &mut Credential| c.security = 0,
            |c: &mut Credential| c.security = 1,
            |c: &mut Credential| c.name.clear(),
        ] {
            let mut bad = good.clone();
            change(&mut bad);
            assert!(bad.check().is_err());
        }
        assert!(serde_json::from_str::<Credential>(&text.replace("salt", "slat")).is_err());
        assert!(!format!("{good:?}").contains(good.password.as_deref().unwrap()));
    }
}
