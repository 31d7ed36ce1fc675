//! The HTTP server: connections, and how many of them.
//!
//! A stranger may open as many connections as there is room for, and may be as slow as it likes:
//! a request that has begun must arrive within ten seconds, a connection may be idle for long,
//! and if one more wants in and there is no room, the idle ones are closed.

mod connection;
mod page;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use protocomm::transport::http::ConnectionId;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::device::message::Message;

/// Connections at once. Each takes up to 32 KiB: 4 MiB in all.
pub const CONNECTIONS_MAX: usize = 128;

/// How often the idle are asked to leave while somebody waits.
const CROWD_INTERVAL: Duration = Duration::from_millis(50);

/// How long requests in progress may take when the server stops.
const STOP_TIME: Duration = Duration::from_secs(1);

/// A running server.
pub struct Server {
    /// Where it listens.
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
        page: bool,
        inbox: mpsc::Sender<Message>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve(listener, endpoints.into(), page, inbox, stopped));
        Ok(Self { address, stop, task })
    }

    /// Takes no more requests; answers those in progress. The task ends when that is done.
    pub fn stop(self) -> JoinHandle<()> {
        self.stop.send_replace(true);
        self.task
    }
}

async fn serve(
    listener: tokio::net::TcpListener,
    endpoints: Arc<[String]>,
    page: bool,
    inbox: mpsc::Sender<Message>,
    mut stopped: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (crowd, _) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut count = 0u32;
    loop {
        let (stream, place) = tokio::select! {
            next = next(&listener, &room, &crowd) => next,
            _ = stopped.changed() => break,
        };
        // Only a number away: the connection has ended.
        while connections.try_join_next().is_some() {}
        count = count.wrapping_add(1);
        let context = connection::Context {
            id: ConnectionId(count),
            endpoints: endpoints.clone(),
            page,
            inbox: inbox.clone(),
        };
        let (crowded, stopped) = (crowd.subscribe(), stopped.clone());
        connections.spawn(async move {
            connection::serve(stream, context, crowded, stopped).await;
            drop(place);
        });
    }
    drop(listener);
    let rest = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(STOP_TIME, rest).await;
}

/// The next connection, once there is room for it. Others wait in the system's queue.
async fn next(
    listener: &tokio::net::TcpListener,
    room: &Arc<Semaphore>,
    crowd: &watch::Sender<()>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let stream = loop {
        match listener.accept().await {
            Ok((stream, _)) => break stream,
            // Out of file descriptors, or the peer has gone: neither ends by trying harder.
            Err(_) => tokio::time::sleep(CROWD_INTERVAL).await,
        }
    };
    loop {
        if let Ok(place) = room.clone().try_acquire_owned() {
            return (stream, place);
        }
        crowd.send_replace(());
        tokio::time::sleep(CROWD_INTERVAL).await;
    }
}
