//! The results of a Thread discovery, and their encoding.

use protocomm::wire::Writer;
use protocomm::wire::response::thread_scan_result as field;

use super::types::FoundNetwork;
use crate::network::Entry;

/// Several routers may answer for one network; the strongest represents it.
impl Entry for FoundNetwork {
    fn rssi(&self) -> i8 {
        self.rssi
    }

    fn is_same(&self, other: &Self) -> bool {
        self.ext_pan_id == other.ext_pan_id && self.name == other.name
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.uint(field::PAN_ID, self.pan_id.into());
        writer.uint(field::CHANNEL, self.channel.into());
        writer.int(field::RSSI, self.rssi.into());
        writer.uint(field::LQI, self.lqi.into());
        writer.bytes(field::EXT_ADDR, &self.ext_addr);
        writer.bytes(field::NETWORK_NAME, self.name.as_str().as_bytes());
        writer.bytes(field::EXT_PAN_ID, &self.ext_pan_id);
    }
}
