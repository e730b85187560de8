//! x
use everpresent_client::*;
#[tokio::main]
async fn main() {
    let t = tls::config(Trust::pem(&std::fs::read("/tmp/bench/cert.pem").unwrap()).unwrap()).unwrap();
    let mut o = Options::new("127.0.0.1", 36223, "localhost", "user0", "password").security(Security::Direct(t)).stream_management(StreamManagement::Resumable);
    for b in [false, true] { for m in [Mechanism::ScramSha1, Mechanism::ScramSha256] {
        o.channel_binding = b; o.mechanism = Some(m);
        let mut c = Client::connect(&o).await.unwrap();
        c.send_presence().await.unwrap();
        let me = c.account().to_owned();
        c.send_message(&me, "1", "hi").await.unwrap();
        let s = c.cut().unwrap();
        println!("{b} {m:?} {} {:?}", s.id(), s.unacknowledged().len());
        let mut c = Client::resume(&o, s).await.unwrap();
        c.all_acknowledged().await.unwrap();
        let mut got = 0; while let Some(e) = c.buffered().unwrap() { println!("{e:?}"); got += 1; } println!("{got}");
        println!("{:?}", c.next().await.map(|_|()));
        c.close().await.unwrap();
    }}
    o.password = "wrong".into(); println!("{}", Client::connect(&o).await.unwrap_err());
}
