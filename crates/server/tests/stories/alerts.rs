//! An operator is told what happens to a node.

use everpresent_console::Administration as _;
use everpresent_console::administration::HaParameterChange;
use everpresent_server::monitor::Fault;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::harness::{House, soon};

/// The operator's webhook.
struct Operator(TcpListener);

impl Operator {
    async fn listens() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        (Self(listener), url)
    }

    /// The next notice, as JSON.
    async fn is_told(&self) -> String {
        let told = async {
            let (stream, _) = self.0.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).await.unwrap();
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            stream.write_all(b"HTTP/1.1 204 Fine\r\nconnection: close\r\n\r\n").await.unwrap();
            String::from_utf8(body).unwrap()
        };
        soon("the operator to be told", told).await
    }
}

#[tokio::test]
async fn an_operator_is_told_that_a_service_is_down_and_that_it_is_over() {
    let (operator, url) = Operator::listens().await;
    let house = House::with(&[("ALERTS_WEBHOOK", &url)]).await;
    let values = [("critical_service_down_delay".to_owned(), "300ms".to_owned())].into();
    let change = HaParameterChange { preset: None, values };
    house.server.admin().set_ha_parameters(change).await.unwrap();
    house.server.node().monitor.break_down("presence-engine", Fault::Crash).unwrap();
    let raised = operator.is_told().await;
    let expected = r#""node":"imp1","name":"ServiceDown","subject":"presence-engine","state":"raised","text":"The service presence-engine has been down for longer than critical_service_down_delay."}"#;
    assert!(raised.ends_with(expected), "{raised}");
    house.server.node().monitor.start("presence-engine").unwrap();
    let over = operator.is_told().await;
    assert!(over.contains(r#""subject":"presence-engine","state":"over","since":"#), "{over}");
    house.closes_in_balance().await;
}
