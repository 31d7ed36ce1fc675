use network_provisioning::{Provisioner, Result, Scheme, Security};

pub fn get_online() -> Result<()> {
    let provisioner = Provisioner::builder(Scheme::built_in()).attempts(3).init()?;
    provisioner.connect_or_provision(Security::One(Some(c"abcd1234")), c"PROV_1234", None)
}
