//! What TLS brings from one connection to the next.

use std::sync::Arc;

use everpresent_client::{Trust, tls};
use rustls::client::Resumption;
use rustls::{ClientConfig, HandshakeKind};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::harness::raw::header;
use crate::harness::{DOMAIN, House, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_of_one_process_is_good_at_another_one_with_the_same_database() {
    let house = House::open().await;
    let config = tls::config(Trust::pem(&house.certificate()).unwrap()).unwrap();
    let mut config = Arc::unwrap_or_clone(config);
    config.resumption = Resumption::default();
    let config = Arc::new(config);
    assert_eq!(handshake(&house, &config).await, HandshakeKind::Full);
    assert_eq!(handshake(&house, &config).await, HandshakeKind::Resumed);
    let house = house.restarted().await;
    assert_eq!(handshake(&house, &config).await, HandshakeKind::Resumed);
    house.closes_in_balance().await;
}

/// Connects, hears something, and says how much of a handshake it took.
async fn handshake(house: &House, config: &Arc<ClientConfig>) -> HandshakeKind {
    let tcp = soon("a connection", TcpStream::connect(house.address("c2s_tls"))).await.unwrap();
    let name = ServerName::try_from(DOMAIN).unwrap();
    let mut stream = soon("TLS", TlsConnector::from(config.clone()).connect(name, tcp)).await.unwrap();
    stream.write_all(header().as_bytes()).await.unwrap();
    soon("an answer", stream.read_u8()).await.unwrap();
    stream.get_ref().1.handshake_kind().unwrap()
}
