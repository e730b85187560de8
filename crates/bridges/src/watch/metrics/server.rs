//! A server for one page, on this machine only: enough HTTP for Prometheus and for a browser, and no more.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Longest head of a request.
const MAX_HEAD_BYTES: usize = 8 * 1024;
/// How long one request may take, from its connection to its last byte.
const REQUEST_DEADLINE: Duration = Duration::from_secs(5);
/// Most requests at once. Others wait.
const MAX_REQUESTS: usize = 8;

/// What is shown, replaced as a whole.
#[derive(Debug, Clone, Default)]
pub struct Page(Arc<Mutex<Arc<str>>>);

impl Page {
    /// Shows something else.
    pub fn set(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text.into();
    }

    fn get(&self) -> Arc<str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Serves the page. Dropped, it ends.
#[derive(Debug)]
pub struct MetricsServer {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl MetricsServer {
    /// Listens.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(address: SocketAddr, page: Page) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { address, task: tokio::spawn(serve(listener, page)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, page: Page) {
    let room = Arc::new(Semaphore::new(MAX_REQUESTS));
    let mut requests = JoinSet::new();
    loop {
        while requests.try_join_next().is_some() {}
        let Ok(place) = room.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: a moment later there may be some.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let page = page.clone();
        requests.spawn(async move {
            // Who is too slow is cut; there is nobody to tell.
            let _ = timeout(REQUEST_DEADLINE, answer(stream, &page)).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: TcpStream, page: &Page) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await?;
        if read == 0 || head.len() + read > MAX_HEAD_BYTES {
            return Ok(());
        }
        head.extend_from_slice(&buffer[..read]);
    }
    let mut words = head.split(|byte| *byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let text = page.get();
    let (status, body): (_, &str) = match (method, path) {
        (b"GET" | b"HEAD", b"/metrics") => ("200 OK", &text),
        (b"GET" | b"HEAD", _) => ("404 Not Found", "The page is /metrics.\n"),
        _ => ("405 Method Not Allowed", "GET /metrics.\n"),
    };
    let length = body.len();
    let body = if method == b"HEAD" { "" } else { body };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(address: SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        // A server that cuts a request may do so with a reset.
        let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn the_page_is_served_and_nothing_else() {
        let page = Page::default();
        page.set("everpresent_up 1\n".into());
        let server = MetricsServer::start("127.0.0.1:0".parse().unwrap(), page.clone()).await.unwrap();
        let whole = asked(server.address(), b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(
            whole.starts_with("HTTP/1.1 200 OK\r\n") && whole.ends_with("\r\n\r\neverpresent_up 1\n"),
            "{whole}"
        );
        page.set("everpresent_up 2\n".into());
        let head = asked(server.address(), b"HEAD /metrics?x=1 HTTP/1.1\r\n\r\n").await;
        assert!(head.contains("Content-Length: 17") && head.ends_with("\r\n\r\n"), "{head}");
        assert!(asked(server.address(), b"GET / HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 404"));
        assert!(asked(server.address(), b"POST /metrics HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 405"));
    }

    #[tokio::test]
    async fn endless_heads_and_silent_peers_do_not_keep_the_page_from_others() {
        let page = Page::default();
        let server = MetricsServer::start("127.0.0.1:0".parse().unwrap(), page).await.unwrap();
        assert_eq!(asked(server.address(), &[b'x'; MAX_HEAD_BYTES + 100]).await, "");
        let mut silent = Vec::new();
        for _ in 0..MAX_REQUESTS {
            silent.push(TcpStream::connect(server.address()).await.unwrap());
        }
        // All places are taken; they are free again after the deadline of a request.
        let answer = asked(server.address(), b"GET /metrics HTTP/1.1\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
