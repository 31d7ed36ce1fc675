//! An owner provisions the device in the middle of a crowd, over real sockets.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use netprov_client::operation::PollOptions;
use netprov_client::transport::console::{Console, Style};
use netprov_client::transport::{Http, Transport};
use netprov_client::{Device as Client, Scheme, Secret};
use sim::crowd::{Act, Attack, Crowd, Move, Size};
use tokio::net::{TcpSocket, TcpStream};
use virtual_device::http::CONNECTIONS_MAX;

use crate::support::{Connection, Device, PASSPHRASE, PATIENCE, POP, SSID, request};

/// More connections than the device has, from three addresses other than the owner's.
const SIZE: Size = Size { peers: 3, connections: 200, rate: 100 };

/// The owner's slowest attempt in a crowd, for a phone that computes at once.
const LIMIT: Duration = Duration::from_secs(20);

/// A crowd that acts until it is dropped.
struct Siege {
    end: Arc<AtomicBool>,
    acts: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Siege {
    fn start(address: SocketAddr, mut crowd: Crowd) -> Self {
        let (end, acts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (ended, done) = (end.clone(), acts.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut open = HashMap::new();
                while !ended.load(Ordering::Relaxed) {
                    let act = crowd.next().expect("a crowd has no end");
                    tokio::time::sleep(Duration::from(act.wait)).await;
                    perform(address, act, &mut open).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        });
        Self { end, acts, thread: Some(thread) }
    }

    /// Waits until the crowd has acted this many times.
    fn wait(&self, acts: u32) {
        let limit = Instant::now() + PATIENCE;
        while self.acts.load(Ordering::Relaxed) < acts {
            assert!(Instant::now() < limit, "the crowd is stuck");
            std::thread::yield_now();
        }
    }
}

impl Drop for Siege {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Performs one act of the crowd. The device may well refuse it.
async fn perform(address: SocketAddr, act: Act, open: &mut HashMap<u32, TcpStream>) {
    const SLOW: &[u8] = b"POST /proto-ver HTTP/1.1\r\nHost: h\r\nX-Slow: ";
    match act.what {
        Move::Connect => {
            let socket = TcpSocket::new_v4().unwrap();
            let own = Ipv4Addr::new(127, 0, 1, act.peer as u8 + 1);
            socket.bind(SocketAddr::new(IpAddr::V4(own), 0)).unwrap();
            let connected = tokio::time::timeout(PATIENCE, socket.connect(address)).await;
            if let Ok(Ok(stream)) = connected {
                open.insert(act.connection, stream);
            }
        }
        Move::Request { endpoint, message, reads } => {
            let Some(stream) = open.get_mut(&act.connection) else { return };
            let bytes = request("POST", &format!("/{endpoint}"), "", &message);
            let sent = stream.try_write(&bytes).is_ok();
            if sent && reads {
                let mut response = [0; 512];
                let short = Duration::from_millis(50);
                if let Ok(Ok(())) = tokio::time::timeout(short, stream.readable()).await {
                    let _ = stream.try_read(&mut response);
                }
            }
        }
        Move::Part(length) => {
            let Some(stream) = open.get_mut(&act.connection) else { return };
            let part: Vec<u8> = SLOW.iter().copied().cycle().take(length).collect();
            let _ = stream.try_write(&part);
        }
        Move::Close => {
            open.remove(&act.connection);
        }
    }
}

/// One provisioning by the client library, with new attempts after failures.
fn provision<T: Transport>(client: &mut Client<T>, scheme: &Scheme) -> Duration {
    let begin = Instant::now();
    client.set_request_time(Duration::from_secs(5));
    let interval = Duration::from_millis(200);
    let patience = PollOptions { interval, ..PollOptions::default() };
    loop {
        let tried = client.connect(scheme.clone()).and_then(|()| {
            client.send_wifi(SSID.as_bytes(), &Secret::from(PASSPHRASE))?;
            client.wait_for_wifi(patience, |_| {})
        });
        match tried {
            Ok(connected) => {
                assert!(connected.is_ok(), "{connected:?}");
                return begin.elapsed();
            }
            Err(error) => assert!(begin.elapsed() < LIMIT, "{error}"),
        }
    }
}

fn by_http(options: &[&str], security: u32, scheme: &Scheme, attacks: &[Attack]) {
    for attack in attacks {
        let mut device = Device::start(options);
        let address = device.address();
        let siege = Siege::start(address, Crowd::new(*attack, SIZE, security, 1));
        siege.wait(100);
        let mut client = Client::new(Http::new(&address.to_string()).unwrap());
        let took = provision(&mut client, scheme);
        println!("| {attack:?} | HTTP | {security} | {} ms |", took.as_millis());
    }
}

#[test]
fn an_owner_gets_through_by_http_under_security_1() {
    let scheme = Scheme::Security1 { pop: Secret::from(POP) };
    by_http(&["--pop", POP], 1, &scheme, &Attack::ALL);
}

#[test]
fn an_owner_gets_through_by_http_under_security_2() {
    let password = Secret::from(POP);
    let scheme = Scheme::Security2 { username: "wifiprov".into(), password, nonce_counter: true };
    let options = ["--security", "2", "--username", "wifiprov", "--password", POP];
    by_http(&options, 2, &scheme, &Attack::ALL);
}

#[test]
fn an_owner_gets_through_by_http_under_security_0() {
    let attacks = [Attack::Silent, Attack::Drip, Attack::HalfSend, Attack::Junk];
    by_http(&["--security", "0"], 0, &Scheme::Security0, &attacks);
}

#[test]
fn an_owner_gets_through_on_the_console_beside_a_crowd_on_http() {
    let mut device = Device::secure(&["--console"]);
    let address = device.address();
    let siege = Siege::start(address, Crowd::new(Attack::Mixed, SIZE, 1, 2));
    siege.wait(100);
    let (input, output) = device.console();
    let console = Console::new(output, input, Style::pipe()).unwrap();
    let scheme = Scheme::Security1 { pop: Secret::from(POP) };
    provision(&mut Client::new(console), &scheme);
}

/// When the crowd has left, nothing that it held is held any longer.
#[test]
fn a_crowd_that_has_left_holds_nothing() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    for seed in 0..2 {
        let siege = Siege::start(address, Crowd::new(Attack::Mixed, SIZE, 1, seed));
        siege.wait(200);
        drop(siege);
        let mut crowd: Vec<_> = (0..CONNECTIONS_MAX).map(|_| Connection::new(address)).collect();
        for connection in &mut crowd {
            let reply = connection.post("proto-ver", None, b"ESP");
            assert_eq!(reply.unwrap().status, 200);
        }
    }
}
