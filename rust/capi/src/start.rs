//! Start of the service, and its parameters.

use core::ffi::{c_char, c_int, c_void};

use netprov_sys::network_prov_security;
#[cfg(feature = "sec2")]
use netprov_sys::network_prov_security2_params;
use protocomm::security::Scheme;
#[cfg(feature = "sec0")]
use protocomm::security::sec0::Sec0;
#[cfg(feature = "sec1")]
use protocomm::security::sec1::Sec1;
#[cfg(feature = "sec2")]
use protocomm::security::sec2::{self, Sec2};
use provisioning::Error;

use crate::thread::on_thread;
use crate::{owner, port, service, strings, texts};

/// Parameters of a service. They are borrowed from the caller, which waits, so that secrets are not
/// copied on the way.
pub(crate) struct Start<'a> {
    security: Security<'a>,
    pub(crate) name: &'a [u8],
    pub(crate) key: &'a [u8],
}

/// A security scheme that is built in, and its parameters.
enum Security<'a> {
    #[cfg(feature = "sec0")]
    Zero,
    /// With a proof of possession, which may be empty.
    #[cfg(feature = "sec1")]
    One(&'a [u8]),
    #[cfg(feature = "sec2")]
    Two { salt: &'a [u8], verifier: &'a [u8] },
}

#[cfg(feature = "sec0")]
const ZERO: c_int = network_prov_security::NETWORK_PROV_SECURITY_0 as c_int;
#[cfg(feature = "sec1")]
const ONE: c_int = network_prov_security::NETWORK_PROV_SECURITY_1 as c_int;
#[cfg(feature = "sec2")]
const TWO: c_int = network_prov_security::NETWORK_PROV_SECURITY_2 as c_int;

impl<'a> Start<'a> {
    /// Checks the arguments of C. Fails with an errno.
    ///
    /// # Safety
    ///
    /// The pointers are as [`network_prov_mgr_start_provisioning`] says, for `'a`.
    pub(crate) unsafe fn new(
        security: c_int,
        sec_params: *const c_void,
        service_name: *const c_char,
        service_key: *const c_char,
    ) -> Result<Self, c_int> {
        let errno = port::errno();
        // SAFETY: strings or NULL: the caller's promise.
        let name = unsafe { strings::bytes(service_name) }.unwrap_or_default();
        // SAFETY: the same. An empty key is none.
        let key = unsafe { strings::bytes(service_key) }.unwrap_or_default();
        if name.is_empty() || name.len() > texts::NAME_MAX || key.len() > texts::KEY_MAX {
            return Err(errno.einval);
        }
        let security = match security {
            #[cfg(feature = "sec0")]
            ZERO => Security::Zero,
            #[cfg(feature = "sec1")]
            ONE => {
                // SAFETY: a string or NULL: the caller's promise.
                Security::One(unsafe { strings::bytes(sec_params.cast()) }.unwrap_or_default())
            }
            #[cfg(feature = "sec2")]
            TWO => {
                // SAFETY: parameters of security 2 or NULL: the caller's promise.
                let (salt, verifier) = unsafe { security2(sec_params.cast()) };
                // On the provisioning thread: the caller's stack may be a kilobyte.
                on_thread(Err(errno.ewouldblock), || {
                    sec2::check(salt, verifier).map_err(|_| errno.einval)
                })?;
                Security::Two { salt, verifier }
            }
            _ => return Err(errno.enotsup),
        };
        Ok(Self { security, name, key })
    }

    /// Creates the scheme. Fails with an errno if its parameters are unusable.
    pub(crate) fn scheme(&self) -> Result<Scheme, c_int> {
        match self.security {
            #[cfg(feature = "sec0")]
            Security::Zero => {
                port::warn_no_proof();
                Ok(Scheme::Sec0(Sec0))
            }
            #[cfg(feature = "sec1")]
            Security::One(pop) => {
                // NULL is allowed, so a forgotten argument looks like a decision.
                if pop.is_empty() {
                    port::warn_no_proof();
                }
                Ok(Scheme::Sec1(Sec1::new(pop)))
            }
            #[cfg(feature = "sec2")]
            Security::Two { salt, verifier } => {
                let scheme = Sec2::new(salt, verifier);
                let scheme = scheme.map_err(|_| port::errno().einval)?;
                #[cfg(feature = "sec2-patch0")]
                let scheme = scheme.with_patch(sec2::Patch::Zero);
                Ok(Scheme::Sec2(scheme))
            }
        }
    }

    /// Returns the proof of possession, empty if there is none.
    pub(crate) fn pop(&self) -> &[u8] {
        match self.security {
            #[cfg(feature = "sec1")]
            Security::One(pop) => pop,
            #[allow(unreachable_patterns, reason = "when there is no other scheme")]
            _ => &[],
        }
    }

    /// Starts the service. Returns 0 or a negative errno.
    pub(crate) fn run(&self) -> Result<(), c_int> {
        let errno = port::errno();
        on_thread(Err(-errno.ewouldblock), || {
            let scheme = self.scheme().map_err(|errno| -errno)?;
            owner::with(|owner| {
                let manager = owner.manager.as_mut().ok_or(Error::NotRunning)?;
                manager.start(scheme)?;
                owner.texts.set(self.name, self.key, self.pop());
                owner.app.start_error = 0;
                owner.app.start_is_awaited = !owner.running;
                Ok(())
            })
            .map_err(port::error_number)?;
            // This starts the transport; from a callback it is started after that has returned.
            service::run();
            match owner::with(|owner| owner.app.start_error) {
                0 => Ok(()),
                error => Err(error),
            }
        })
    }
}

/// Returns the salt and the verifier of security 2, empty if they are missing.
///
/// # Safety
///
/// `params` is NULL or points to parameters whose pointers are NULL or point to as many bytes as
/// the lengths say, for `'a`.
#[cfg(feature = "sec2")]
unsafe fn security2<'a>(params: *const network_prov_security2_params) -> (&'a [u8], &'a [u8]) {
    // SAFETY: the caller's promise.
    let Some(params) = (unsafe { params.as_ref() }) else { return (&[], &[]) };
    // SAFETY: the caller's promise.
    let salt = unsafe { strings::array(params.salt, params.salt_len) };
    // SAFETY: the caller's promise.
    let verifier = unsafe { strings::array(params.verifier, params.verifier_len) };
    (salt, verifier)
}
