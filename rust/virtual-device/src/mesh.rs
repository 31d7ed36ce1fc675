//! The simulated Thread networks: the default ones, or those of `--thread`.

use provisioning::thread::{FoundNetwork, NetworkName};

/// The channels of Thread at 2.4 GHz.
const CHANNELS: std::ops::RangeInclusive<u8> = 11..=26;
/// Broadcast PAN ID, which no network has.
const BROADCAST: u16 = 0xffff;

/// A network of `--thread`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    name: NetworkName,
    pan_id: u16,
    channel: u8,
}

impl Network {
    /// Returns its name.
    pub fn name(&self) -> NetworkName {
        self.name
    }

    /// Returns its PAN ID.
    pub fn pan_id(&self) -> u16 {
        self.pan_id
    }

    /// Returns its channel.
    pub fn channel(&self) -> u8 {
        self.channel
    }

    /// Parses `NAME:PANID:CHANNEL`, with the PAN ID in hexadecimal.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let shape = "expected NAME:PANID:CHANNEL, as in MyHome:0x1234:15";
        let (rest, channel) = text.rsplit_once(':').ok_or(shape)?;
        let (name, pan_id) = rest.rsplit_once(':').ok_or(shape)?;
        let name = NetworkName::new(name.as_bytes())
            .map_err(|_| "the name has 1 to 16 bytes, none of them a control character")?;
        let digits = pan_id.strip_prefix("0x").unwrap_or(pan_id);
        let pan_id = u16::from_str_radix(digits, 16)
            .ok()
            .filter(|pan_id| *pan_id != BROADCAST)
            .ok_or("the PAN ID is a hexadecimal number from 0 to 0xfffe")?;
        let channel = channel.parse().ok().filter(|channel| CHANNELS.contains(channel));
        Ok(Self { name, pan_id, channel: channel.ok_or("the channel is one from 11 to 26")? })
    }
}

impl std::str::FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// The networks in range.
#[derive(Clone, Debug)]
pub struct Mesh(Vec<Network>);

impl Mesh {
    /// Uses the networks of `--thread`, or the default ones if there are none.
    pub fn of(networks: Vec<Network>) -> Self {
        if !networks.is_empty() {
            return Self(networks);
        }
        let usual = ["OpenThread:0x1234:15", "Neighbours:0xbeef:20"];
        Self(usual.iter().filter_map(|text| Network::parse(text).ok()).collect())
    }

    /// Returns the networks.
    pub fn networks(&self) -> &[Network] {
        &self.0
    }

    /// Returns the networks as a discovery finds them.
    pub fn found(&self) -> Vec<FoundNetwork> {
        let networks = self.0.iter().enumerate();
        networks
            .map(|(place, network)| {
                let number = u8::try_from(place % 250).unwrap_or(0);
                FoundNetwork {
                    name: network.name,
                    pan_id: network.pan_id,
                    ext_pan_id: ext_pan_id(place),
                    ext_addr: [0x02, 0, 0, 0, 0, 0, 0, number],
                    channel: network.channel,
                    rssi: -40 - 5 * i8::try_from(place).unwrap_or(i8::MAX).min(10),
                    lqi: 3,
                }
            })
            .collect()
    }

    /// Returns a dataset of the first network in hexadecimal, as `esp_prov --dataset_tlvs` takes it.
    /// Its keys are public.
    pub fn example(&self) -> Option<String> {
        let network = self.0.first()?;
        let name = network.name.as_str().as_bytes();
        let [high, low] = network.pan_id.to_be_bytes();
        let mut bytes = vec![14, 8, 0, 0, 0, 0, 0, 1, 0, 0];
        bytes.extend([0, 3, 0, 0, network.channel, 53, 4, 0x07, 0xff, 0xf8, 0]);
        bytes.extend([2, 8]);
        bytes.extend(ext_pan_id(0));
        bytes.extend([7, 8, 0xfd, 0x00, 0x0d, 0xb8, 0x00, 0xa0, 0x00, 0x00, 5, 16]);
        bytes.extend(b"for-tests-alone!");
        bytes.extend([3, u8::try_from(name.len()).ok()?]);
        bytes.extend(name);
        bytes.extend([1, 2, high, low, 4, 16]);
        bytes.extend(b"for-tests-alone!");
        bytes.extend([12, 4, 0x02, 0xa0, 0xf7, 0xf8]);
        Some(netprov_cred::hex::encode(&bytes))
    }
}

/// Returns the extended PAN ID of the network at this index.
fn ext_pan_id(place: usize) -> [u8; 8] {
    let number = u8::try_from(place % 250).unwrap_or(0);
    [0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, number]
}

#[cfg(test)]
mod tests {
    use provisioning::thread::Dataset;

    use super::*;
    use crate::world::unhex;

    #[test]
    fn a_network_of_the_command_line_has_a_name_a_pan_id_and_a_channel() {
        let network: Network = "My:Home:0xFACE:26".parse().unwrap();
        assert_eq!(
            (network.name.as_str(), network.pan_id, network.channel),
            ("My:Home", 0xface, 26)
        );
        assert_eq!("Home:12:11".parse::<Network>().unwrap().pan_id, 0x12);
        for (text, part) in [
            ("Home", "NAME:PANID:CHANNEL"),
            ("Home:15", "NAME:PANID:CHANNEL"),
            (":1:15", "1 to 16"),
            ("seventeen-letters:1:15", "1 to 16"),
            ("Home:ffff:15", "PAN ID"),
            ("Home:xyz:15", "PAN ID"),
            ("Home:1:10", "11 to 26"),
            ("Home:1:27", "11 to 26"),
        ] {
            let error = text.parse::<Network>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn the_example_is_a_dataset_of_the_first_network() {
        let mesh = Mesh::of(vec!["Home:beef:20".parse().unwrap(), "Far:1:11".parse().unwrap()]);
        let example = unhex(&mesh.example().unwrap()).unwrap();
        let summary = Dataset::new(&example).unwrap().summary().unwrap();
        let first = &mesh.found()[0];
        assert_eq!((summary.name, summary.pan_id), (Some(first.name), first.pan_id));
        assert_eq!((summary.channel, summary.ext_pan_id), (20, first.ext_pan_id));
    }
}
