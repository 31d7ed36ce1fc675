//! The forms that a credential takes: a C header, JSON, and bytes for a device's storage.

use std::fmt::Write;

use crate::credential::Credential;
use crate::hex::Fault;

/// A C header. It defines `prefix_security2_params` or `PREFIX_POP`, and `PREFIX_AP_PASSWORD` if the
/// access point has a password; with `warning`, it says that it is for development only.
pub fn c_header(credential: &Credential, prefix: &str, warning: bool) -> Result<String, Fault> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !prefix.chars().all(word) || !prefix.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(Fault(format!("`{prefix}` cannot begin a name in C")));
    }
    let upper = prefix.to_ascii_uppercase();
    let mut out = String::from("/* SPDX-License-Identifier: Apache-2.0 */\n\n");
    if warning {
        out.push_str(
            "/*\n * FOR DEVELOPMENT ONLY. Everybody knows this credential: whoever is near a device \
             with it can\n * provision it. Make one for each device with netprov-cred.\n */\n",
        );
    } else {
        out.push_str("/* Made by netprov-cred. One device's own: keep it as a secret. */\n");
    }
    let _ = write!(out, "#ifndef {upper}_CREDENTIAL_H_\n#define {upper}_CREDENTIAL_H_\n\n");
    if credential.security == 2 {
        out.push_str(
            "#include <stdint.h>\n\n#include <network_provisioning/network_prov_mgr.h>\n\n",
        );
        if warning {
            let name = credential.username.as_deref().unwrap_or_default();
            let password = credential.password.as_deref().unwrap_or_default();
            let _ = write!(
                out,
                "/* What the app is told. A header of a real device does not know it. */\n\
                 #define {upper}_USERNAME {}\n#define {upper}_PASSWORD {}\n\n",
                c_string(name),
                c_string(password)
            );
        }
        for (name, bytes) in [("salt", &credential.salt), ("verifier", &credential.verifier)] {
            let _ = writeln!(out, "static const uint8_t {prefix}_{name}[] = {{");
            for line in bytes.chunks(12) {
                let line: Vec<String> = line.iter().map(|byte| format!("0x{byte:02x}")).collect();
                let _ = writeln!(out, "\t{},", line.join(", "));
            }
            out.push_str("};\n\n");
        }
        let _ = write!(
            out,
            "static const struct network_prov_security2_params {prefix}_security2_params = {{\n\
             \t.salt = {prefix}_salt,\n\t.salt_len = sizeof({prefix}_salt),\n\
             \t.verifier = {prefix}_verifier,\n\t.verifier_len = sizeof({prefix}_verifier),\n}};\n\n"
        );
    } else {
        let pop = credential.pop.as_deref().unwrap_or_default();
        let _ = write!(out, "#define {upper}_POP {}\n\n", c_string(pop));
    }
    if let Some(password) = &credential.ap_password {
        out.push_str(
            "/* The access point's: service_key of network_prov_mgr_start_provisioning(). */\n",
        );
        let _ = write!(out, "#define {upper}_AP_PASSWORD {}\n\n", c_string(password));
    }
    let _ = writeln!(out, "#endif /* {upper}_CREDENTIAL_H_ */");
    Ok(out)
}

/// A string literal of C with this text.
fn c_string(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | b'?' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            // Three digits: what follows is not taken for one more.
            _ => drop(write!(out, "\\{byte:03o}")),
        }
    }
    out + "\""
}

/// The bytes for a device's storage (a setting, a record of NVS): the version of this form, 1; the
/// length of the salt; the salt; the verifier of 384 bytes. Of security 1, the proof itself.
pub fn blob(credential: &Credential) -> Vec<u8> {
    if credential.security != 2 {
        return credential.pop.clone().unwrap_or_default().into_bytes();
    }
    // The salt has 64 bytes at most.
    let mut bytes = vec![1, credential.salt.len() as u8];
    bytes.extend(&credential.salt);
    bytes.extend(vec![0; 384_usize.saturating_sub(credential.verifier.len())]);
    bytes.extend(&credential.verifier);
    bytes
}

/// JSON for machines. It holds the password.
pub fn json(credential: &Credential) -> String {
    serde_json::to_string_pretty(credential).unwrap_or_default() + "\n"
}

/// Reads JSON, and checks it.
pub fn from_json(text: &str) -> Result<Credential, Fault> {
    let credential: Credential =
        serde_json::from_str(text).map_err(|error| Fault(error.to_string()))?;
    credential.check()?;
    Ok(credential)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    fn credential() -> Credential {
        Credential::security_2("PROV_1", "wifiprov", Some("abcd1234"), Some(&[0x11; 16])).unwrap()
    }

    #[test]
    fn a_header_has_all_that_a_device_takes_and_nothing_it_must_not_know() {
        let header = c_header(&credential(), "dev", false).unwrap();
        assert!(header.contains("struct network_prov_security2_params dev_security2_params"));
        assert_eq!(header.matches("0x").count(), 16 + 384);
        assert!(!header.contains("abcd1234") && !header.contains("wifiprov"));
        let header = c_header(&credential(), "dev", true).unwrap();
        assert!(header.contains("FOR DEVELOPMENT ONLY") && header.contains("\"abcd1234\""));
        for bad in ["", "1a", "a-b", "a b"] {
            assert!(c_header(&credential(), bad, false).is_err(), "{bad}");
        }
        let pop = Credential::security_1("n", Some("a\"b\\?\u{e9}1")).unwrap();
        let header = c_header(&pop, "dev", false).unwrap();
        assert!(header.contains(r#"#define DEV_POP "a\"b\\\?\303\2511""#), "{header}");
    }

    #[test]
    fn a_blob_is_the_parts_at_their_lengths() {
        let mut credential = credential();
        let bytes = blob(&credential);
        assert_eq!((bytes.len(), &bytes[..3]), (2 + 16 + 384, &[1, 16, 0x11][..]));
        credential.verifier = vec![7];
        let short = blob(&credential);
        assert_eq!((short.len(), short[401], short[400]), (402, 7, 0));
    }

    #[test]
    fn digits_are_read_as_people_write_them() {
        assert_eq!(hex::decode("01 aB:ff\n"), Ok(vec![1, 0xab, 0xff]));
        assert!(hex::decode("0").is_err() && hex::decode("0g").is_err());
        assert_eq!(hex::decode(&hex::encode(&[0, 1, 0xfe])), Ok(vec![0, 1, 0xfe]));
    }
}
