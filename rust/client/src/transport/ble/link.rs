//! The exchange with a connected device, whatever the Bluetooth stack: which characteristic is which
//! endpoint, a request as a write and a read, lost links. Tested with a fake peripheral below.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

use crate::transport::{RESPONSE_MAX, TransportError};

/// Time limit for connecting and reading the endpoint names.
pub(super) const CONNECT_TIME: Duration = Duration::from_secs(20);

/// What the client needs of a Bluetooth stack's peripheral. Errors are texts for a person.
pub(super) trait Peripheral {
    /// A characteristic, as the stack refers to it.
    type Characteristic;

    /// Connects, and discovers services.
    async fn connect(&self) -> Result<(), String>;
    /// Disconnects, if there is a link.
    async fn disconnect(&self);
    /// Returns whether there is a link.
    async fn is_connected(&self) -> bool;
    /// Returns the characteristics that can be read and written and have a user description, with that.
    async fn described(&self) -> Vec<(Vec<u8>, Self::Characteristic)>;
    /// Writes a value, with response.
    async fn write(&self, to: &Self::Characteristic, value: &[u8]) -> Result<(), String>;
    /// Reads a value.
    async fn read(&self, from: &Self::Characteristic) -> Result<Vec<u8>, String>;
}

/// A link to a device.
pub(super) struct Link<P: Peripheral> {
    peripheral: P,
    endpoints: BTreeMap<String, P::Characteristic>,
}

impl<P: Peripheral> Link<P> {
    /// Connects and reads the endpoint names.
    pub(super) async fn open(peripheral: P) -> Result<Self, TransportError> {
        let endpoints = within(CONNECT_TIME, endpoints(&peripheral)).await?;
        Ok(Self { peripheral, endpoints })
    }

    /// Sends a request and returns the response.
    pub(super) async fn exchange(
        &self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let Some(characteristic) = self.endpoints.get(endpoint) else {
            return Err(TransportError::NoResponse(Some("no such endpoint".into())));
        };
        let peripheral = &self.peripheral;
        let response = within(limit, async {
            if !peripheral.is_connected().await {
                return Err(TransportError::Unreachable("the link was lost".into()));
            }
            // Devices reject a request with an ATT error.
            let refused = |reason| TransportError::NoResponse(Some(reason));
            peripheral.write(characteristic, message).await.map_err(refused)?;
            peripheral.read(characteristic).await.map_err(refused)
        });
        let response = response.await?;
        if response.len() > RESPONSE_MAX { Err(TransportError::TooLong) } else { Ok(response) }
    }

    /// Opens the link again: a session ends with its link.
    pub(super) async fn reopen(&mut self) {
        let peripheral = &self.peripheral;
        let opened = within(CONNECT_TIME, async {
            peripheral.disconnect().await;
            endpoints(peripheral).await
        });
        // If this fails, the next request reports the lost link.
        if let Ok(endpoints) = opened.await {
            self.endpoints = endpoints;
        }
    }

    /// Ends the link.
    pub(super) async fn close(&self) {
        let _ = timeout(CONNECT_TIME, self.peripheral.disconnect()).await;
    }
}

/// Connects and reads the endpoint names. Their UUIDs differ between devices.
async fn endpoints<P: Peripheral>(
    peripheral: &P,
) -> Result<BTreeMap<String, P::Characteristic>, TransportError> {
    peripheral.connect().await.map_err(TransportError::Unreachable)?;
    let described = peripheral.described().await.into_iter();
    let endpoints: BTreeMap<_, _> = described
        .filter_map(|(name, characteristic)| Some((String::from_utf8(name).ok()?, characteristic)))
        .collect();
    if endpoints.is_empty() {
        return Err(TransportError::Malformed("the device has no endpoints".into()));
    }
    Ok(endpoints)
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    timeout(limit, work).await.unwrap_or(Err(TransportError::TimedOut))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    /// A peripheral that answers a request with the characteristic's number and the request.
    #[derive(Default)]
    struct Fake {
        names: RefCell<Vec<&'static [u8]>>,
        connected: Cell<bool>,
        /// Why it cannot be connected to, or a write is refused.
        refusal: Cell<Option<&'static str>>,
        is_silent: Cell<bool>,
        length: Cell<usize>,
        written: RefCell<Vec<(usize, Vec<u8>)>>,
    }

    impl Peripheral for Rc<Fake> {
        type Characteristic = usize;

        async fn connect(&self) -> Result<(), String> {
            self.connected.set(self.refusal.get().is_none());
            self.refusal.get().map_or(Ok(()), |reason| Err(reason.into()))
        }

        async fn disconnect(&self) {
            self.connected.set(false);
        }

        async fn is_connected(&self) -> bool {
            self.connected.get()
        }

        async fn described(&self) -> Vec<(Vec<u8>, usize)> {
            let names = self.names.borrow();
            names.iter().enumerate().map(|(number, name)| (name.to_vec(), number)).collect()
        }

        async fn write(&self, to: &usize, value: &[u8]) -> Result<(), String> {
            if let Some(reason) = self.refusal.get() {
                return Err(reason.into());
            }
            self.written.borrow_mut().push((*to, value.to_vec()));
            Ok(())
        }

        async fn read(&self, from: &usize) -> Result<Vec<u8>, String> {
            if self.is_silent.get() {
                std::future::pending::<()>().await;
            }
            let written = self.written.borrow();
            let (to, value) = written.last().unwrap();
            assert_eq!(to, from, "a response is read where its request was written");
            Ok([&[u8::try_from(*from).unwrap()], &**value, &vec![0; self.length.get()]].concat())
        }
    }

    fn fake(names: &[&'static [u8]]) -> Rc<Fake> {
        let fake = Fake::default();
        fake.names.replace(names.to_vec());
        Rc::new(fake)
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn endpoints_are_found_by_their_names() {
        run(async {
            let device = fake(&[b"prov-config", b"\xff\xfe", b"prov-session"]);
            let mut link = Link::open(device.clone()).await.unwrap();
            assert_eq!(link.exchange("prov-session", b"a", LIMIT).await, Ok(b"\x02a".to_vec()));
            let unknown = link.exchange("prov-scan", b"a", LIMIT).await;
            assert_eq!(unknown, Err(TransportError::NoResponse(Some("no such endpoint".into()))));
            assert_eq!(device.written.borrow().len(), 1, "nothing is written for that");
            // After an update of the device they may be in another order.
            device.names.replace(vec![b"prov-session"]);
            link.reopen().await;
            assert_eq!(link.exchange("prov-session", b"b", LIMIT).await, Ok(b"\x00b".to_vec()));
        });
    }

    #[test]
    fn a_device_without_endpoints_is_none_of_this_kind() {
        let none: [&[&'static [u8]]; 2] = [&[], &[b"\xff"]];
        for names in none {
            let opened = run(Link::open(fake(names)));
            assert!(matches!(opened.err(), Some(TransportError::Malformed(_))));
        }
    }

    #[test]
    fn a_device_that_is_not_there_is_unreachable() {
        let device = fake(&[b"proto-ver"]);
        device.refusal.set(Some("page timeout"));
        let opened = run(Link::open(device));
        assert_eq!(opened.err(), Some(TransportError::Unreachable("page timeout".into())));
    }

    #[test]
    fn a_refused_write_is_no_response() {
        run(async {
            let device = fake(&[b"prov-config"]);
            let link = Link::open(device.clone()).await.unwrap();
            device.refusal.set(Some("ATT error 0x0e"));
            let refused = link.exchange("prov-config", b"a", LIMIT).await;
            assert_eq!(refused, Err(TransportError::NoResponse(Some("ATT error 0x0e".into()))));
        });
    }

    #[test]
    fn a_lost_link_is_reported_and_opened_again() {
        run(async {
            let device = fake(&[b"prov-config"]);
            let mut link = Link::open(device.clone()).await.unwrap();
            device.connected.set(false);
            let lost = link.exchange("prov-config", b"a", LIMIT).await;
            assert!(matches!(lost, Err(TransportError::Unreachable(_))));
            device.refusal.set(Some("out of range"));
            link.reopen().await;
            let lost = link.exchange("prov-config", b"a", LIMIT).await;
            assert!(matches!(lost, Err(TransportError::Unreachable(_))));
            device.refusal.set(None);
            link.reopen().await;
            assert_eq!(link.exchange("prov-config", b"a", LIMIT).await, Ok(b"\x00a".to_vec()));
            link.close().await;
            assert!(!device.connected.get());
        });
    }

    #[test]
    fn a_silent_device_and_an_endless_response_have_an_end() {
        run(async {
            let device = fake(&[b"prov-config"]);
            let link = Link::open(device.clone()).await.unwrap();
            device.length.set(RESPONSE_MAX);
            assert_eq!(
                link.exchange("prov-config", b"a", LIMIT).await,
                Err(TransportError::TooLong)
            );
            device.is_silent.set(true);
            let silent = link.exchange("prov-config", b"a", Duration::from_millis(1)).await;
            assert_eq!(silent, Err(TransportError::TimedOut));
        });
    }
}
