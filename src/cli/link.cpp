// link: whether another case has the same secrets, accounts, addresses or applications of the intruder,
// without either side disclosing what the other does not have.

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "base/secure.hpp"
#include "cli/session.hpp"
#include "engine/links.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

// 32 bytes of a file; made where it does not exist and a set is written.
Result<base::SecretBytes> pair_key(const LinkArguments &arguments) {
  if (arguments.pair_key.empty())
    return base::fail(ErrorKind::usage,
                      "--pair-key FILE: the key that both sides share, exchanged out of band");
  if (!base::is_there(arguments.pair_key) && !arguments.out.empty()) {
    const base::SecretBytes fresh = base::SecretBytes::random(32);
    DISLODGE_TRY(base::write_file(arguments.pair_key, fresh.view(), 0600));
    std::fprintf(stderr, "A new pair key was written to %s. Hand it over in person, not by mail.\n",
                 arguments.pair_key.c_str());
  }
  DISLODGE_TRY_ASSIGN(std::string bytes, base::read_file(arguments.pair_key));
  base::SecretBytes key(bytes);
  base::wipe(bytes);
  if (key.size() != 32)
    return base::fail(ErrorKind::usage, arguments.pair_key.string() + ": a pair key holds exactly 32 bytes");
  return key;
}

void show(const engine::Link &link, const engine::Picture &picture, bool as_json) {
  if (as_json) {
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("from", link.from);
      json.field("case", link.label);
      json.array_field("matches", [&] {
        for (const engine::LinkMatch &one : link.matches)
          json.object([&] {
            json.field("what", one.what);
            json.field("ours", one.ours);
          });
      });
    });
    print_line(json.text());
    return;
  }
  print_line(fmt::format("{} of {}: {} in common", link.label, link.from, link.matches.size()));
  // By the names that people know, each sort together.
  std::vector<std::string> lines;
  for (const engine::LinkMatch &one : link.matches)
    lines.push_back(fmt::format("  {} {}", one.what, picture.name_of(one.ours)));
  std::sort(lines.begin(), lines.end());
  for (const std::string &line : lines) print_line(line);
}

Result<int> link(const LinkArguments &arguments, casefile::Case &the_case, const engine::Picture &picture) {
  if (arguments.out.empty() && arguments.file.empty()) {
    DISLODGE_TRY_ASSIGN(const auto links, engine::links_of(the_case));
    for (const engine::Link &one : links) show(one, picture, arguments.json);
    return kDone;
  }
  DISLODGE_TRY_ASSIGN(const base::SecretBytes key, pair_key(arguments));
  if (!arguments.out.empty()) {
    const std::string label =
        arguments.label.empty() ? arguments.folder.filename().string() : arguments.label;
    DISLODGE_TRY_ASSIGN(const std::string text, engine::export_links(the_case, picture, key.view(), label));
    DISLODGE_TRY(base::write_file(arguments.out, text, 0600));
    print_line(arguments.out.string());
    return kDone;
  }
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(arguments.file));
  const auto found = engine::import_links(the_case, picture, key.view(), text);
  if (!found) return base::fail(found.error().kind, arguments.file.string() + ": " + found.error().message);
  show(*found, picture, arguments.json);
  return kDone;
}

}  // namespace

int run_link(const LinkArguments &arguments) {
  const bool writes = !arguments.out.empty() || !arguments.file.empty();
  return with_picture(arguments, writes ? casefile::Case::Access::write : casefile::Case::Access::read,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto code = link(arguments, the_case, picture);
                        return code ? *code : report_error(code.error());
                      });
}

}  // namespace dislodge::cli
