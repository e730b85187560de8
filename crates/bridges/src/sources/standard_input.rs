//! Lines from standard input, or from any other stream that comes to an end.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::{Inlet, Origin, Splitter};

/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

/// Reads to the end. Waits while the queue is full, so that whoever writes into the pipe waits too. `live` says whether lines
/// come as they are written.
///
/// # Errors
/// What the stream says.
pub async fn run(mut input: impl AsyncRead + Unpin, live: bool, inlet: &Inlet) -> std::io::Result<()> {
    inlet.status().set_open();
    let (mut splitter, mut buffer) = (Splitter::default(), vec![0; READ_BYTES]);
    loop {
        let mut lines = Vec::new();
        let mut each = |line: &[u8], cut| lines.push(inlet.line(&Origin::StandardInput, line, cut, live));
        let read = input.read(&mut buffer).await?;
        if read == 0 {
            splitter.finish(&mut each);
        } else {
            splitter.feed(&buffer[..read], &mut each);
        }
        for line in lines {
            if inlet.push(line).await.is_err() {
                return Ok(());
            }
        }
        if read == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sources::{QUEUE_LINES, Status, queue};

    #[tokio::test]
    async fn who_writes_waits_when_nobody_reads_and_nothing_is_lost() {
        let (inlet, mut lines) = queue(Arc::new(Status::new("stdin")));
        let total = QUEUE_LINES * 3;
        let text: String = (0..total).map(|number| format!("line {number}\n")).collect();
        let reading = tokio::spawn(async move { run(text.as_bytes(), false, &inlet).await });
        let mut seen = 0;
        while let Some(line) = lines.next().await {
            assert_eq!(&*line.bytes, format!("line {seen}").as_bytes());
            seen += 1;
        }
        assert_eq!(seen, total);
        reading.await.unwrap().unwrap();
    }
}
