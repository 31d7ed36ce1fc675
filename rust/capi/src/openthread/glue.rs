//! The C glue's reports about Thread, for the provisioning thread only.

use core::ffi::c_char;

use provisioning::thread::{Addresses, Attached, FoundNetwork, NetworkName, ThreadEvent};

use crate::service::{self, tell};

/// @brief A Thread network that a discovery found, or that the device is attached to.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_thread_network {
    /// PAN ID.
    pub pan_id: u16,
    /// Channel.
    pub channel: u8,
    /// Signal strength of the device that responded, in dBm. Undefined for the attached network.
    pub rssi: i8,
    /// Link quality to the device that responded. Undefined for the attached network.
    pub lqi: u8,
    /// Extended address of the device that responded. Undefined for the attached network.
    pub ext_addr: [u8; 8],
    /// Extended PAN ID.
    pub ext_pan_id: [u8; 8],
    /// Network name, null-terminated.
    pub name: [c_char; 17],
}

impl netprov_thread_network {
    /// Returns the name, or `None` if an app could not show it.
    fn name(&self) -> Option<NetworkName> {
        // A cast would be unnecessary on targets whose `char` is unsigned, and clippy rejects it there.
        let name = self.name.map(c_char::to_ne_bytes);
        let name = name.as_flattened();
        let end = name.iter().position(|byte| *byte == 0)?;
        NetworkName::new(name.get(..end)?).ok()
    }

    fn attached(&self) -> Option<Attached> {
        // A network always has a name, but apps cannot show every name.
        let name = self.name().or_else(|| NetworkName::new(b"?").ok())?;
        let &Self { pan_id, channel, ext_pan_id, .. } = self;
        Some(Attached { name, pan_id, ext_pan_id, channel })
    }
}

/// @brief Reports a network that the discovery found. A network without a name is ignored.
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

/// @brief Reports that the device is attached to this network as a child, a router or the leader.
///
/// # Safety
///
/// `network` can be read during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_thread_attached(network: *const netprov_thread_network) {
    // SAFETY: the caller's promise.
    if let Some(attached) = unsafe { network.as_ref() }.and_then(netprov_thread_network::attached) {
        service::network_event(ThreadEvent::Attached(attached));
    }
}

/// @brief Reports that the device is the leader of this network, and that it has found no other
/// device of it.
///
/// # Safety
///
/// `network` can be read during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_thread_alone(network: *const netprov_thread_network) {
    // SAFETY: the caller's promise.
    if let Some(attached) = unsafe { network.as_ref() }.and_then(netprov_thread_network::attached) {
        service::network_event(ThreadEvent::Alone(attached));
    }
}

/// @brief Reports the device's addresses, 16 bytes each in network order.
///
/// @param mesh_local Address with the mesh-local prefix, or NULL if there is none.
/// @param off_mesh Address with a prefix of a border router, or NULL if there is none.
///
/// # Safety
///
/// The pointers are NULL or can be read over 16 bytes during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_thread_addresses(mesh_local: *const u8, off_mesh: *const u8) {
    // SAFETY: the caller's promise.
    let mesh_local = unsafe { mesh_local.cast::<[u8; 16]>().as_ref() };
    // SAFETY: the caller's promise.
    let off_mesh = unsafe { off_mesh.cast::<[u8; 16]>().as_ref() };
    service::network_event(ThreadEvent::Addresses(Addresses {
        mesh_local: mesh_local.copied().map(Into::into),
        off_mesh: off_mesh.copied().map(Into::into),
    }));
}

/// @brief Reports that the device is no longer attached.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_thread_detached() {
    service::network_event(ThreadEvent::Detached);
}
