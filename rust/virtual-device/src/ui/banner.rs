//! What a person sees at the start: what this is, what to type, what to type it into.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};

use netprov_cred::qr;
use provisioning::qr::Payload;
use provisioning::wifi::AuthMode;

use super::Terminal;
use crate::mesh::Mesh;
use crate::report::{InRange, Ready, WifiInRange};

/// The banner.
pub(super) fn text(ready: &Ready, terminal: Terminal) -> String {
    let mut out = String::new();
    // Writing to a text does not fail.
    let _ = write(&mut out, ready, terminal);
    out
}

fn write(out: &mut String, ready: &Ready, terminal: Terminal) -> std::fmt::Result {
    let (bold, off) = if terminal.colour { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let name = printable(&ready.name);
    writeln!(
        out,
        "{bold}{name}{off} waits for {} (security {}).\n",
        match ready.networks {
            InRange::Wifi(_) => "Wi-Fi credentials",
            InRange::Thread(_) => "a Thread dataset",
        },
        ready.security
    )?;

    if let Some(address) = ready.http {
        let payload = Payload {
            name: &ready.name,
            transport: "softap",
            security: Some(ready.security),
            pop: ready.pop.as_deref(),
            username: ready.username.as_deref(),
            // Wi-Fi is what they take if nothing is said.
            network: matches!(ready.networks, InRange::Thread(_)).then_some("thread"),
            ..Payload::default()
        };
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = payload.write_json(&mut text);
        let payload = text;
        if terminal.is_terminal
            && let Ok(code) = qr::Code::for_screen(&payload)
        {
            writeln!(out, "{}", code.to_terminal(terminal.colour, "  "))?;
        }
        writeln!(out, "  HTTP                 http://{}", reachable(address))?;
        writeln!(out, "  QR payload           {}", printable(&payload))?;
    }
    if let Some(username) = &ready.username {
        writeln!(out, "  user name            {bold}{}{off}", printable(username))?;
    }
    match &ready.pop {
        Some(password) if ready.security == 2 => {
            writeln!(out, "  password             {bold}{}{off}", printable(password))?;
        }
        None if ready.security == 2 => {
            writeln!(out, "  password             the one that the verifier was made from")?;
        }
        Some(pop) => writeln!(out, "  proof of possession  {bold}{}{off}", printable(pop))?,
        None if ready.security > 0 => writeln!(out, "  proof of possession  none required")?,
        None => {}
    }
    if ready.console {
        writeln!(out, "  console              net_prov <endpoint> <session_id> <hex-request>")?;
    }

    writeln!(out, "\n{bold}Networks in range{off} (simulated)")?;
    match &ready.networks {
        InRange::Wifi(networks) => write_wifi(out, networks)?,
        InRange::Thread(mesh) => write_mesh(out, mesh)?,
    }

    if let Some(address) = ready.http {
        writeln!(
            out,
            "\n{bold}Provision it{off} (a phone would look for an access point of that name)"
        )?;
        if ready.page {
            writeln!(out, "  open {bold}http://{}{off} in a browser", reachable(address))?;
        }
        writeln!(out, "{}", netprov(ready, address))?;
        writeln!(out, "{}", esp_prov(ready, address))?;
        writeln!(out, "{bold}Ask for its version{off}")?;
        writeln!(out, "  curl -d ESP http://{}/proto-ver", reachable(address))?;
    } else {
        writeln!(out, "\n{bold}Ask for its version{off}")?;
        writeln!(out, "  net_prov proto-ver 0 455350")?;
    }
    writeln!(out, "\nCtrl-C quits.\n")
}

fn write_wifi(out: &mut String, networks: &[WifiInRange]) -> std::fmt::Result {
    let width = networks.iter().map(|n| n.ssid.to_string().chars().count()).max();
    let width = width.unwrap_or(0);
    for network in networks {
        write_network(out, network, width)?;
    }
    if networks.is_empty() {
        writeln!(out, "  none: --wifi SSID:PASSPHRASE adds one")?;
    }
    Ok(())
}

fn write_mesh(out: &mut String, mesh: &Mesh) -> std::fmt::Result {
    for network in mesh.networks() {
        let (name, pan_id, channel) = (network.name(), network.pan_id(), network.channel());
        writeln!(out, "  {:16}  PAN ID 0x{pan_id:04x}  channel {channel}", name.as_str())?;
    }
    Ok(())
}

fn write_network(out: &mut String, network: &WifiInRange, width: usize) -> std::fmt::Result {
    let ssid = network.ssid.to_string();
    let security = match network.auth {
        AuthMode::Open => "open",
        AuthMode::Wep => "WEP, cannot be joined",
        AuthMode::WpaPsk => "WPA",
        AuthMode::Wpa2Psk => "WPA2",
        AuthMode::WpaWpa2Psk => "WPA/WPA2",
        AuthMode::Wpa2Enterprise => "WPA2 enterprise, cannot be joined",
        AuthMode::Wpa3Psk => "WPA3",
        AuthMode::Wpa2Wpa3Psk => "WPA2/WPA3",
    };
    write!(out, "  {ssid:width$}  {:4} dBm  {security}", network.rssi)?;
    if network.hidden {
        write!(out, ", hidden")?;
    }
    if let Some(passphrase) = &network.passphrase {
        write!(out, ", passphrase {}", printable(passphrase))?;
    }
    writeln!(out)
}

/// The first network that can be joined.
fn joinable(networks: &[WifiInRange]) -> Option<&WifiInRange> {
    networks.iter().find(|network| {
        !matches!(network.auth, AuthMode::Wep | AuthMode::Wpa2Enterprise)
            && str::from_utf8(network.ssid.as_bytes()).is_ok()
    })
}

/// The command of this project's client, which asks for what is missing.
fn netprov(ready: &Ready, address: SocketAddr) -> String {
    let mut command = format!(
        "  cargo run -p netprov -- provision --http {}",
        quoted(&reachable(address).to_string())
    );
    let mut add = |option: &str, value: &str| {
        for part in [" ", option, " ", value] {
            command.push_str(part);
        }
    };
    if ready.security == 0 {
        add("--security", "0");
    }
    if let Some(username) = &ready.username {
        add("--username", &quoted(username));
    }
    if let Some(pop) = &ready.pop {
        add("--pop", &quoted(pop));
    }
    match &ready.networks {
        InRange::Thread(mesh) => add("\\\n     --dataset", &mesh.example().unwrap_or_default()),
        InRange::Wifi(networks) => {
            if let Some(network) = joinable(networks) {
                add("\\\n     --ssid", &quoted(&network.ssid.to_string()));
                if network.auth == AuthMode::Open {
                    command.push_str(" --open");
                }
            }
        }
    }
    command
}

/// The command of Espressif's client.
fn esp_prov(ready: &Ready, address: SocketAddr) -> String {
    let mut command = format!(
        "  esp_prov.py --transport softap --service_name {} --sec_ver {}",
        quoted(&reachable(address).to_string()),
        ready.security,
    );
    let mut add = |option: &str, value: &str| {
        for part in [" ", option, " ", value] {
            command.push_str(part);
        }
    };
    match (&ready.pop, ready.security) {
        (Some(password), 2) => {
            add("--sec2_username", &quoted(ready.username.as_deref().unwrap_or("wifiprov")));
            add("\\\n     --sec2_pwd", &quoted(password));
        }
        (None, 2) => {
            add("--sec2_username", "'...'");
            add("--sec2_pwd", "'...'");
        }
        (Some(pop), _) => add("--pop", &quoted(pop)),
        (None, _) => {}
    }
    let networks = match &ready.networks {
        InRange::Wifi(networks) => networks,
        InRange::Thread(mesh) => {
            add("\\\n     --dataset_tlvs", &mesh.example().unwrap_or_default());
            return command;
        }
    };
    if let Some(network) = joinable(networks) {
        add("\\\n     --ssid", &quoted(&network.ssid.to_string()));
        match &network.passphrase {
            Some(passphrase) => add("--passphrase", &quoted(passphrase)),
            None if network.auth == AuthMode::Open => add("--passphrase", "''"),
            None => add("--passphrase", "'...'"),
        }
    }
    command
}

/// An address that a client on this machine can be given.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    let text = printable(text);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A text that cannot move the cursor or change colours.
pub(super) fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use provisioning::wifi::Ssid;

    use super::*;

    const PIPE: Terminal = Terminal { is_terminal: false, colour: false };
    const COLOUR: Terminal = Terminal { is_terminal: true, colour: true };

    fn network(ssid: &str, auth: AuthMode, passphrase: Option<&str>) -> WifiInRange {
        WifiInRange {
            ssid: Ssid::new(ssid.as_bytes()).unwrap(),
            auth,
            rssi: -50,
            hidden: false,
            passphrase: passphrase.map(Into::into),
        }
    }

    fn ready(networks: Vec<WifiInRange>) -> Ready {
        Ready {
            name: "PROV_0A1B2C".into(),
            security: 1,
            username: None,
            pop: Some("K7QM2XPA".into()),
            pop_is_new: true,
            http: Some("0.0.0.0:8080".parse().unwrap()),
            page: true,
            console: false,
            networks: InRange::Wifi(networks),
        }
    }

    #[test]
    fn it_says_what_to_type() {
        let banner = text(&ready(vec![network("My Net", AuthMode::Wpa2Psk, None)]), PIPE);
        assert!(
            banner.contains(
                "esp_prov.py --transport softap --service_name 127.0.0.1:8080 --sec_ver 1 \
                 --pop K7QM2XPA \\\n     --ssid 'My Net' --passphrase '...'"
            ),
            "{banner}"
        );
        assert!(
            banner.contains(
                "cargo run -p netprov -- provision --http 127.0.0.1:8080 --pop K7QM2XPA \\\n     \
                 --ssid 'My Net'\n"
            ),
            "{banner}"
        );
        assert!(banner.contains("  open http://127.0.0.1:8080 in a browser\n"));
        assert!(banner.contains("curl -d ESP http://127.0.0.1:8080/proto-ver"));
        let payload = r#"{"ver":"v1","name":"PROV_0A1B2C","pop":"K7QM2XPA","transport":"softap","#;
        assert!(banner.contains(payload), "{banner}");
    }

    #[test]
    fn security_2_has_a_user_name_and_a_password() {
        let mut ready = ready(Vec::new());
        ready.security = 2;
        ready.username = Some("wifiprov".into());
        let banner = text(&ready, PIPE);
        assert!(banner.contains("--sec_ver 2 --sec2_username wifiprov"), "{banner}");
        assert!(banner.contains("--sec2_pwd K7QM2XPA"), "{banner}");
        assert!(banner.contains("--username wifiprov --pop K7QM2XPA\n"), "{banner}");
        let payload = r#""username":"wifiprov","pop":"K7QM2XPA","transport":"softap","security":2"#;
        assert!(banner.contains(payload), "{banner}");
        (ready.username, ready.pop) = (None, None);
        let banner = text(&ready, PIPE);
        assert!(banner.contains("--sec2_pwd '...'") && !banner.contains("none required"));
    }

    #[test]
    fn a_device_for_thread_shows_a_dataset_that_works() {
        let mut ready = ready(Vec::new());
        let mesh = Mesh::of(Vec::new());
        let dataset = format!("--dataset_tlvs {}\n", mesh.example().unwrap());
        ready.networks = InRange::Thread(mesh);
        let banner = text(&ready, PIPE);
        assert!(banner.contains("waits for a Thread dataset"), "{banner}");
        assert!(banner.contains("OpenThread        PAN ID 0x1234  channel 15"), "{banner}");
        assert!(banner.contains(r#""network":"thread""#) && banner.contains(&dataset), "{banner}");
        assert!(banner.contains("\n     --dataset 0e08"), "{banner}");
    }

    #[test]
    fn only_a_terminal_gets_a_drawing_and_colours() {
        let ready = ready(Vec::new());
        let pipe = text(&ready, PIPE);
        assert!(!pipe.contains('█') && !pipe.contains('\x1b'), "{pipe}");
        assert!(text(&ready, COLOUR).contains('█'));
    }

    #[test]
    fn the_command_is_for_a_network_that_can_be_joined() {
        let networks = vec![
            network("Campus", AuthMode::Wpa2Enterprise, None),
            network("Cafe", AuthMode::Open, None),
        ];
        let banner = text(&ready(networks), PIPE);
        assert!(banner.contains("--ssid Cafe --passphrase ''\n"), "{banner}");
        assert!(banner.contains("--ssid Cafe --open\n"), "{banner}");
    }

    #[test]
    fn nothing_controls_the_terminal() {
        let mut ready = ready(vec![network("\x1b[2J", AuthMode::Open, None)]);
        ready.name = "a\x1bb".into();
        ready.pop = Some("'\x07'".into());
        let banner = text(&ready, PIPE);
        assert!(!banner.chars().any(|c| c.is_control() && c != '\n'), "{banner:?}");
    }

    #[test]
    fn a_console_has_no_use_for_http() {
        let mut ready = ready(Vec::new());
        ready.http = None;
        ready.console = true;
        let banner = text(&ready, COLOUR);
        assert!(!banner.contains("http") && !banner.contains('█'), "{banner}");
        assert!(banner.contains("net_prov proto-ver 0 455350"));
    }
}
