//! The HTTP server: accepts connections, and limits their number.
//!
//! A peer without a session may open as many connections as there is room for, and may be as slow
//! as it likes: a request that has begun must arrive within ten seconds, and a connection may be
//! idle for long. If there is no room for one more, one connection gives way at once; see
//! `room::Room::giving_way`.

mod browser;
mod connection;
mod origin;
mod page;
mod room;

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use protocomm::Peer;
use protocomm::transport::http::ConnectionId;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

pub use self::browser::Browser;
use self::room::Room;
use crate::device::message::Message;

/// Connections at once. Each takes up to 32 KiB: 4 MiB in all.
pub const CONNECTIONS_MAX: usize = 128;

/// Pause after a failed accept, and between two attempts to find room while all connections are
/// busy.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// Connections that wait to be accepted. If there are more, the system drops requests to connect,
/// and a client tries again only after a second.
const BACKLOG: u32 = 1024;

/// How long requests in progress may take while the server stops.
const STOP_TIME: Duration = Duration::from_secs(1);

/// A running server.
pub struct Server {
    /// The address that it listens on.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens, and sends the requests to these endpoints to `inbox`. With `page`, browsers get the
    /// page that provisions the device.
    pub fn start(
        address: SocketAddr,
        endpoints: Vec<String>,
        browser: Browser,
        inbox: mpsc::Sender<Message>,
    ) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve(listener, endpoints.into(), browser.into(), inbox, stopped));
        Ok(Self { address, stop, task })
    }

    /// Stops accepting requests and responds to those in progress. The task ends when that is done.
    pub fn stop(self) -> JoinHandle<()> {
        self.stop.send_replace(true);
        self.task
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // The port is free at once when a device is restarted.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn serve(
    listener: TcpListener,
    endpoints: Arc<[String]>,
    browser: Arc<Browser>,
    inbox: mpsc::Sender<Message>,
    mut stopped: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut room = Room::default();
    let mut connections = JoinSet::new();
    let mut count = 0u32;
    loop {
        let (stream, peer, permit) = tokio::select! {
            next = next(&listener, &permits, &mut room) => next,
            _ = stopped.changed() => break,
        };
        // Drops the results of connections that have ended.
        while connections.try_join_next().is_some() {}
        count = count.wrapping_add(1);
        let context = connection::Context {
            id: ConnectionId(count),
            peer,
            endpoints: endpoints.clone(),
            browser: browser.clone(),
            inbox: inbox.clone(),
        };
        let (seat, leave) = room.add(peer);
        let stopped = stopped.clone();
        connections.spawn(async move {
            connection::serve(stream, context, seat, leave, stopped).await;
            drop(permit);
        });
    }
    drop(listener);
    let rest = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(STOP_TIME, rest).await;
}

/// The next connection, once there is room for it. Others wait in the system's queue.
async fn next(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    room: &mut Room,
) -> (TcpStream, Peer, OwnedSemaphorePermit) {
    let (stream, peer) = loop {
        match listener.accept().await {
            Ok((stream, address)) => break (stream, peer(address.ip())),
            // Out of file descriptors, or the peer has left: trying again at once helps neither.
            Err(_) => tokio::time::sleep(RETRY_INTERVAL).await,
        }
    };
    loop {
        if let Ok(permit) = permits.clone().try_acquire_owned() {
            return (stream, peer, permit);
        }
        if room.make(peer) {
            // The connection that gives way ends at once.
            if let Ok(permit) = permits.clone().acquire_owned().await {
                return (stream, peer, permit);
            }
        }
        // All are waiting for their responses, which come to an end.
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
}

/// The peer at an address. If two IPv6 addresses give the same number, they share a peer's part.
fn peer(address: IpAddr) -> Peer {
    let fold = |address: Ipv6Addr| {
        let words = address.segments().map(u32::from);
        words.iter().fold(0, |number: u32, word| number.rotate_left(5) ^ word)
    };
    let number = match address.to_canonical() {
        IpAddr::V4(address) => address.to_bits(),
        IpAddr::V6(address) => fold(address),
    };
    Peer::new(number.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_peers() {
        let of = |text: &str| peer(text.parse().unwrap());
        assert_eq!(of("127.0.0.1"), of("::ffff:127.0.0.1"));
        assert_ne!(of("127.0.0.1"), of("127.0.0.2"));
        assert_ne!(of("fe80::1"), of("fe80::2"));
        assert_ne!(of("0.0.0.0"), Peer::UNKNOWN);
    }
}
