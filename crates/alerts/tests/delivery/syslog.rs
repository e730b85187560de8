//! Notices to a syslog receiver on loopback.

use std::io::Read as _;
use std::net::{TcpListener, UdpSocket};
use std::time::{Duration, SystemTime};

use everpresent_alerts::{Channel, Notice, Settings};

const DEADLINE: Duration = Duration::from_secs(10);

fn channel(target: &str) -> Channel {
    let settings = Settings { syslog: Some(target.parse().unwrap()), ..Settings::default() };
    Channel::all(&settings).unwrap().pop().unwrap()
}

#[test]
fn a_notice_is_one_datagram() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let channel = channel(&format!("udp:{}", receiver.local_addr().unwrap()));
    assert_eq!(channel.name(), "syslog");
    channel.send(&Notice::test("bridges", SystemTime::now()), DEADLINE).unwrap();
    let mut buffer = [0; 4096];
    receiver.set_read_timeout(Some(DEADLINE)).unwrap();
    let length = receiver.recv(&mut buffer).unwrap();
    let text = std::str::from_utf8(&buffer[..length]).unwrap();
    assert!(text.starts_with("<132>1 ") && text.contains("bridges: Test raised: This is a test."), "{text}");
}

#[test]
fn over_tcp_its_length_comes_first() {
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let channel = channel(&format!("tcp:{}", receiver.local_addr().unwrap()));
    channel.send(&Notice::test("bridges", SystemTime::now()), DEADLINE).unwrap();
    let mut text = String::new();
    receiver.accept().unwrap().0.read_to_string(&mut text).unwrap();
    let (length, message) = text.split_once(' ').unwrap();
    assert_eq!(length.parse(), Ok(message.len()));
    assert!(message.starts_with("<132>1 "));
}

#[test]
fn a_receiver_that_is_not_there_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error =
        channel(&format!("tcp:127.0.0.1:{port}")).send(&Notice::test("bridges", SystemTime::now()), DEADLINE);
    assert!(error.unwrap_err().contains("refused"));
}

#[test]
fn what_is_no_receiver_is_refused_with_an_example() {
    for bad in ["192.0.2.9:514", "tls:192.0.2.9:6514", "udp:", "udp:host", "udp:host:0"] {
        let error = bad.parse::<everpresent_alerts::settings::Syslog>().unwrap_err();
        assert!(error.contains("udp:192.0.2.9:514"), "{error}");
    }
}
