// The Rust crate mail-parser as a peer of mail_bench: mail_parser_peer CORPUS OFFSETS ROUNDS DIGESTS
// Prints the least CPU seconds of ROUNDS; writes a line of bench/mail/digest.hpp a message.

use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};
use std::fmt::Write as _;
use std::io::Write as _;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}
extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}
const THREAD_CPU: i32 = 3;

fn cpu_seconds() -> f64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(THREAD_CPU, &mut now) };
    now.seconds as f64 + now.nanoseconds as f64 / 1e9
}

fn fnv1a(bytes: &[u8], skip_blanks: bool) -> u64 {
    let mut hash = 0xcbf29ce484222325u64;
    for &byte in bytes {
        if skip_blanks && matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0) {
            continue;
        }
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100000001b3);
    }
    hash
}

fn addresses(list: Option<&Address>, out: &mut String, names: &mut String) {
    let Some(list) = list else { return };
    for one in list.iter() {
        let _ = write!(out, "{},", one.address().unwrap_or(""));
        let _ = write!(names, "{},", one.name().unwrap_or(""));
    }
}

fn digest(message: &Message) -> String {
    let [mut people, mut names, mut texts, mut attachments]: [String; 4] = Default::default();
    addresses(message.from(), &mut people, &mut names);
    addresses(message.to(), &mut people, &mut names);
    addresses(message.cc(), &mut people, &mut names);
    for part in &message.parts {
        let attached = part.content_disposition().is_some_and(|d| d.is_attachment());
        match &part.body {
            PartType::Text(text) | PartType::Html(text) if !attached => {
                let _ = write!(texts, "{:016x},", fnv1a(text.as_bytes(), true));
            }
            PartType::Multipart(_) => {}
            _ => {
                let bytes = part.contents();
                let _ = write!(attachments, "{}:{:016x},", bytes.len(), fnv1a(bytes, false));
            }
        }
    }
    format!(
        "{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}",
        message.subject().unwrap_or(""),
        message.date().map_or(0, |d| d.to_timestamp()),
        people,
        names,
        texts,
        attachments
    )
    .replace(['\n', '\r'], " ")
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let corpus = std::fs::read(&arguments[1])?;
    let offsets = std::fs::read_to_string(&arguments[2])?;
    let rounds: usize = arguments[3].parse().unwrap_or(3);
    let numbers: Vec<usize> = offsets.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let messages: Vec<&[u8]> = numbers.chunks_exact(2).map(|p| &corpus[p[0]..p[1]]).collect();
    // The fields that the others read too, and no more: by default it also takes Received and others apart.
    let parser = MessageParser::new().with_minimal_headers().with_message_ids();
    let mut out = std::io::BufWriter::new(std::fs::File::create(&arguments[4])?);
    for bytes in &messages {
        let line = parser.parse(*bytes).map_or(String::new(), |message| digest(&message));
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    let mut best = f64::MAX;
    let mut touched = 0usize;
    for _ in 0..rounds {
        let start = cpu_seconds();
        for bytes in &messages {
            touched += parser.parse(*bytes).map_or(0, |message| message.parts.len());
        }
        best = best.min(cpu_seconds() - start);
    }
    println!("{best:.6} {touched}");
    Ok(())
}
