//! The report as one page that needs nothing else: no scripts, no images, nothing from a network.

use std::fmt::Write as _;

use crate::report::{Finding, Report};

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<meta name=\"viewport\" content=\"width=device-width\">\n<title>Why did it fail over</title>\n<style>\n\
body{font:1rem/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}\n\
section{border-left:.3rem solid #b3261e;padding:.1rem 1rem;margin:1.5rem 0;background:#faf4f3}\n\
h2{font-size:1.15rem;margin:.5rem 0}\ntable{border-collapse:collapse;width:100%}\n\
td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ddd;overflow-wrap:anywhere}\n\
.small{color:#555;font-size:.85rem}\n.time{white-space:nowrap;font-variant-numeric:tabular-nums}\n\
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}section{background:#2a1c1b}td,th{border-color:#444}.small{color:#aaa}}\n\
</style>\n</head>\n<body>\n<h1>Why did it fail over</h1>\n";

impl Report {
    /// The report as an HTML page. Everything out of the logs is escaped.
    pub fn html(&self) -> String {
        let mut page = HEAD.to_owned();
        for finding in &self.causes {
            cause(&mut page, finding);
        }
        if self.causes.is_empty() {
            page.push_str("<p>No failover, and nothing that would cause one, is in these files.</p>\n");
        }
        page.push_str("<h2>Time line</h2>\n<table>\n<tr><th>time</th><th>what</th><th>line</th></tr>\n");
        for entry in &self.timeline {
            let (at, what, seen) = (escaped(&entry.at), escaped(&entry.what), escaped(&entry.seen));
            let _ = writeln!(
                page,
                "<tr><td class=\"time\">{at}</td><td>{what}</td><td class=\"small\">{seen}</td></tr>"
            );
        }
        page.push_str("</table>\n");
        self.tables_html(&mut page);
        let lines = &self.lines;
        for note in &self.notes {
            let _ = writeln!(page, "<p>Note: {}</p>", escaped(note));
        }
        let _ = writeln!(
            page,
            "<p class=\"small\">{} lines read, {} understood, {} unknown</p>",
            lines.read, lines.understood, lines.unknown
        );
        list(&mut page, "small", self.unknown.iter().map(|kind| format!("{} {}", kind.lines, kind.kind)));
        page.push_str("</body>\n</html>\n");
        page
    }

    fn tables_html(&self, page: &mut String) {
        if self.nodes.is_empty() && self.groups.is_empty() {
            return;
        }
        page.push_str("<h2>Tables</h2>\n");
        let nodes = self.nodes.iter().map(|node| {
            let assumed = if node.assumed { ", which is assumed" } else { "" };
            format!("node {}: {} ({}{assumed})", node.name, node.state.unwrap_or("not known"), node.number)
        });
        let groups = self.groups.iter().map(|group| {
            let enabled = match group.high_availability {
                Some(true) => "enabled",
                Some(false) => "not enabled",
                None => "not known",
            };
            format!("redundancy group {}: high availability {enabled}", group.name)
        });
        list(page, "", nodes.chain(groups));
    }
}

fn cause(page: &mut String, finding: &Finding) {
    let reason = finding.reason.map(|reason| format!(" (reason: {reason})")).unwrap_or_default();
    let _ = writeln!(page, "<section>\n<h2>{}{}</h2>", escaped(finding.title), escaped(&reason));
    if let Some(at) = &finding.at {
        let _ = writeln!(page, "<p class=\"small\">{}</p>", escaped(at));
    }
    for sentence in &finding.what {
        let _ = writeln!(page, "<p>{}</p>", escaped(sentence));
    }
    list(page, "", finding.actions.iter().cloned());
    let _ =
        writeln!(page, "<p class=\"small\">seen in {}</p>\n</section>", escaped(&finding.seen.join(", ")));
}

fn list(page: &mut String, class: &str, items: impl Iterator<Item = String>) {
    let items: String = items.map(|item| format!("<li>{}</li>\n", escaped(&item))).collect();
    if !items.is_empty() {
        let _ = writeln!(page, "<ul class=\"{class}\">\n{items}</ul>");
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character => out.push(character),
        }
    }
    out
}
