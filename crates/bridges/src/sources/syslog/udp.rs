//! Syslog over UDP: a datagram is a message (RFC 5426 §3.1).

use std::net::{Ipv6Addr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::interval;

use super::super::{Inlet, MAX_LINE_BYTES, Origin};
use super::admission::Admission;
use super::frames::{first_line, trimmed};
use super::kernel_drops;

/// What the system is asked to hold for the socket while nobody fetches it. It may give less.
const RECEIVE_BUFFER_BYTES: usize = 8 << 20;
/// Longest datagram.
const MAX_DATAGRAM_BYTES: usize = 65_535;
/// How often is looked what the system has lost.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Datagrams that are fetched before other tasks have their turn.
const AT_ONCE: usize = 256;

/// Makes the socket. One on the unspecified IPv6 address takes IPv4 as well.
///
/// # Errors
/// When the address is taken or not allowed.
pub fn bind(address: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.ip() == Ipv6Addr::UNSPECIFIED {
        socket.set_only_v6(false)?;
    }
    // A smaller buffer than asked for is no reason not to listen.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

/// Receives until the queue is closed. What does not fit into the queue, or what the system lost, is counted as dropped.
///
/// # Errors
/// What the system says about the socket.
pub async fn run(socket: &UdpSocket, admission: &Admission, inlet: &Inlet) -> std::io::Result<()> {
    inlet.status().set_open();
    let port = socket.local_addr()?.port();
    let mut lost = kernel_drops::count(port).unwrap_or(0);
    let (mut buffer, mut looks) = (vec![0; MAX_DATAGRAM_BYTES], interval(LOOK_EVERY));
    loop {
        tokio::select! {
            ready = socket.readable() => ready?,
            _ = looks.tick() => {
                let now = kernel_drops::count(port).unwrap_or(lost);
                inlet.status().count_dropped(now.saturating_sub(lost));
                lost = now;
                continue;
            }
        }
        for _ in 0..AT_ONCE {
            match socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => {
                    if take(&buffer[..length], from, admission, inlet).is_err() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                // An answer of ICMP to something that this socket never sent.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error),
            }
        }
        tokio::task::yield_now().await;
    }
}

fn take(
    datagram: &[u8],
    from: SocketAddr,
    admission: &Admission,
    inlet: &Inlet,
) -> Result<(), super::super::inlet::Closed> {
    let address = from.ip().to_canonical();
    if !admission.takes(address) {
        inlet.status().count_refused();
        return Ok(());
    }
    let line = first_line(datagram);
    if line.is_empty() {
        return Ok(());
    }
    let cut = line.len() > MAX_LINE_BYTES || line.len() < trimmed(datagram).len();
    let kept = &line[..line.len().min(MAX_LINE_BYTES)];
    inlet.offer(inlet.line(&Origin::Udp(address), kept, cut, true))
}
