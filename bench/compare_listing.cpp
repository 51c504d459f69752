// Prints what the readers make of files, a JSON object a line, for scripts/compare to hold against
// independent readers: messages with their people and dates, attachments with their SHA-256, texts as they go
// to the scanner.
//
//   compare_listing FILE...

#include <fmt/format.h>
#include <sodium.h>

#include <filesystem>
#include <set>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/item_path.hpp"
#include "base/secure.hpp"
#include "casefile/keys.hpp"
#include "engine/options.hpp"
#include "engine/unit_reader.hpp"
#include "evidence/recognise.hpp"

namespace {

using namespace dislodge;

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : base::to_valid_utf8(text)) {
    const auto value = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (value < 0x20)
      out += fmt::format("\\u{:04x}", value);
    else
      out += c;
  }
  return out + '"';
}

// Without what readers of mail treat freely: kinds of line ends, quoted From lines, blanks at both ends.
std::string plain(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    if (bytes[i] == '>' && (out.empty() || out.back() == '\n')) {
      const std::size_t text = bytes.find_first_not_of('>', i);
      if (text != std::string_view::npos && bytes.substr(text, 5) == "From ") continue;
    }
    out += bytes[i];
  }
  constexpr std::string_view kBlanks(" \t\n\r\v\f");
  const std::size_t begin = out.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return {};
  return out.substr(begin, out.find_last_not_of(kBlanks) - begin + 1);
}

class Listing : public engine::UnitReader {
 public:
  using UnitReader::UnitReader;

  evidence::RecordId record(evidence::Record made) override {
    if (made.kind == evidence::RecordKind::message) {
      std::string people, names;
      for (const evidence::Person &person : made.people) {
        people += fmt::format("{}{}", people.empty() ? "" : ",", json_text(person.address));
        names += fmt::format("{}{}", names.empty() ? "" : ",", json_text(person.name));
      }
      fmt::print(
          "{{\"message\":{},\"id\":{},\"subject\":{},\"sent\":{},\"folder\":{},\"people\":[{}],\"names\":[{}]"
          "}}\n",
          json_text(made.item), json_text(made.message_id), json_text(made.subject),
          made.sent == base::kTimeMin ? "null" : json_text(base::format_time(made.sent)),
          json_text(made.folder), people, names);
    }
    return UnitReader::record(std::move(made));
  }
  std::size_t text(const evidence::TextView &view) override {
    // HTML comes twice, as source and as text: both are listed.
    fmt::print("{{\"text\":{},\"prose\":{},\"content\":{}}}\n", json_text(view.item), view.prose,
               json_text(view.text));
    return 0;
  }
  std::size_t child(const evidence::ItemView &item) override {
    fmt::print(
        "{{\"child\":{},\"name\":{},\"type\":\"{}\",\"size\":{},\"sha256\":\"{}\",\"plain\":\"{}\"}}\n",
        json_text(item.path), json_text(item.name),
        evidence::name_of(item.type == evidence::ItemType::unknown
                              ? evidence::recognise(item.bytes, item.name)
                              : item.type),
        item.bytes.size(), base::to_hex(base::sha256(item.bytes)),
        base::to_hex(base::sha256(plain(item.bytes))));
    return UnitReader::child(item);
  }
};

}  // namespace

int main(int count, char **arguments) {
  base::harden_process();
  engine::Options options;
  auto rules = engine::load_secret_rules(options);
  if (!rules) {
    fmt::print(stderr, "compare_listing: {}\n", rules.error().message);
    return 2;
  }
  Listing reader(engine::make_scanner(**rules, false), base::Limits(), std::string(32, 'k'),
                 casefile::CaseKeys::create().public_key());
  for (int i = 1; i < count; ++i) {
    auto file = base::MappedFile::open(arguments[i]);
    if (!file) {
      fmt::print(stderr, "compare_listing: {}\n", file.error().message);
      continue;
    }
    engine::UnitInput input;
    input.item = base::escape_step(arguments[i]);
    input.type = evidence::recognise(file->bytes(), arguments[i]);
    input.end = file->bytes().size();
    input.files.push_back({"", file->bytes()});
    fmt::print("{{\"file\":{},\"type\":\"{}\"}}\n", json_text(arguments[i]), evidence::name_of(input.type));
    const engine::UnitResult result = reader.read(input);
    for (const evidence::LedgerRow &row : result.ledger)
      if (row.state != evidence::LedgerState::read)
        fmt::print("{{\"ledger\":{},\"state\":\"{}\",\"reason\":{}}}\n", json_text(row.item),
                   evidence::name_of(row.state), json_text(row.reason));
  }
  return 0;
}
