// rsigma's engine over a file of JSON lines, each parsed by serde_json and held against every rule, on one thread: what
// its command line does (`rsigma engine eval`), without the daemon, whose libraries take an hour to build here.
//
//   rsigma_peer RULES FILE

use std::io::{BufRead, BufReader};

use rsigma_eval::event::JsonEvent;
use rsigma_eval::Engine;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let rules = rsigma_parser::parse_sigma_directory(std::path::Path::new(&arguments[1])).expect("rules");
    let mut engine = Engine::new();
    engine.add_collection(&rules).expect("rules that compile");
    let file = std::fs::File::open(&arguments[2]).expect("a file");
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let (mut events, mut matches) = (0u64, 0u64);
    let mut line = String::new();
    while reader.read_line(&mut line).expect("text") != 0 {
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&line) {
            events += 1;
            matches += engine.evaluate(&JsonEvent::borrow(&value)).len() as u64;
        }
        line.clear();
    }
    println!("{} rules, {} events, {} matches", engine.rule_count(), events, matches);
}
