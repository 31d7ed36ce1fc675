use network_provisioning::{IntoZephyr, Provisioner};

pub fn reconnect(provisioner: &Provisioner) -> zephyr::Result<()> {
    provisioner.connect().into_zephyr()
}
