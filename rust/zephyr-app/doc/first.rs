use network_provisioning::{Event, Provisioner, Result, Scheme, Security};

fn get_online() -> Result<()> {
    let provisioner = Provisioner::builder(Scheme::console())
        .attempts(3)
        .on_event(|_, event| {
            if let Event::CredentialsFailed(reason) = event {
                zephyr::printkln!("credentials failed: {reason:?}");
            }
        })
        .endpoint(c"volume", |_, request| Ok(request.to_vec()))
        .init()?;
    provisioner.connect_or_provision(Security::One(Some(c"abcd1234")), c"PROV_1234", None)
}
