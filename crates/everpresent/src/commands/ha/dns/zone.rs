//! The records as the text of a zone file (RFC 1035 §5).

use std::net::IpAddr;

use super::records::{Host, Publication, Service};

pub(super) fn text(publication: &Publication) -> String {
    let mut lines: Vec<String> = publication.services.iter().map(service).collect();
    lines.extend(publication.hosts.iter().map(host));
    for meta in &publication.host_meta {
        lines.push(format!("; {} tells web clients {}", meta.url, meta.websocket));
    }
    lines.extend(publication.unknown.iter().map(|what| format!("; not known: {what}")));
    lines.join("\n")
}

fn service(record: &Service) -> String {
    let Service { name, ttl_seconds, priority, weight, port, target } = record;
    format!("{name}. {ttl_seconds} IN SRV {priority} {weight} {port} {}", absolute(target))
}

fn host(record: &Host) -> String {
    let Host { name, ttl_seconds, address, node } = record;
    match address {
        Some(address @ IpAddr::V4(_)) => format!("{name}. {ttl_seconds} IN A {address}"),
        Some(address @ IpAddr::V6(_)) => format!("{name}. {ttl_seconds} IN AAAA {address}"),
        None => format!("; {name}. {ttl_seconds} IN A (address of {node})"),
    }
}

fn absolute(host: &str) -> String {
    if host.ends_with('.') { host.to_owned() } else { format!("{host}.") }
}
