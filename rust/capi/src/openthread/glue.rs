//! What the C glue tells the core of Thread: functions for the provisioning thread alone.

use core::ffi::c_char;

use provisioning::thread::{Attached, FoundNetwork, NetworkName, ThreadEvent};

use crate::service::{self, tell};

/// A Thread network that a discovery found, or that the device is attached to.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_thread_network {
    /// Its PAN id.
    pub pan_id: u16,
    /// Its channel.
    pub channel: u8,
    /// How strong the one that answered is, in dBm; of no meaning for a network that is attached to.
    pub rssi: i8,
    /// The quality of the link to it; the same.
    pub lqi: u8,
    /// Its extended address; the same.
    pub ext_addr: [u8; 8],
    /// Its extended PAN id.
    pub ext_pan_id: [u8; 8],
    /// Its name, terminated.
    pub name: [c_char; 17],
}

impl netprov_thread_network {
    /// Nothing if it has none that an app could show.
    fn name(&self) -> Option<NetworkName> {
        let name = self.name.map(|c| c as u8);
        let end = name.iter().position(|byte| *byte == 0)?;
        NetworkName::new(name.get(..end)?).ok()
    }
}

/// For Thread. The discovery found a network. One without a name is not taken.
///
/// # Safety
///
/// `found` can be read during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_thread_result(found: *const netprov_thread_network) {
    // SAFETY: the caller's promise.
    let Some(found) = (unsafe { found.as_ref() }) else { return };
    let Some(name) = found.name() else { return };
    let &netprov_thread_network { pan_id, channel, rssi, lqi, ext_addr, ext_pan_id, .. } = found;
    let found = FoundNetwork { name, pan_id, ext_pan_id, ext_addr, channel, rssi, lqi };
    tell(|manager| manager.scan_result(found));
}

/// For Thread. The device has become part of this network: a child, a router or its leader.
///
/// # Safety
///
/// `network` can be read during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_thread_attached(network: *const netprov_thread_network) {
    // SAFETY: the caller's promise.
    let Some(network) = (unsafe { network.as_ref() }) else { return };
    // A network always has a name; not every name is fit for an app.
    let name = network.name().or_else(|| NetworkName::new(b"?").ok());
    let Some(name) = name else { return };
    let &netprov_thread_network { pan_id, channel, ext_pan_id, .. } = network;
    service::network_event(ThreadEvent::Attached(Attached { name, pan_id, ext_pan_id, channel }));
}

/// For Thread. The device is not part of a network any more.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_thread_detached() {
    service::network_event(ThreadEvent::Detached);
}
