#include "engine/add.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/item_path.hpp"
#include "base/json_writer.hpp"
#include "engine/first_things.hpp"
#include "engine/notice_signature.hpp"
#include "engine/recogniser.hpp"
#include "engine/tips_pass.hpp"
#include "evidence/recognise.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
using casefile::Case;

namespace {

std::string toml_string(std::string_view text) {
  base::JsonWriter json;  // a JSON string is a TOML basic string
  json.value(text);
  return json.take();
}

// A declaration as the TOML that evidence::parse_collection reads.
std::string collection_text(const std::optional<evidence::Collection> &collection) {
  if (!collection) return {};
  const evidence::Collection &c = *collection;
  std::string toml = "[collection]\n";
  const auto text = [&](std::string_view key, const std::string &value) {
    if (!value.empty()) toml += fmt::format("{} = {}\n", key, toml_string(value));
  };
  const auto time = [&](std::string_view key, base::Time value) {
    if (value != base::kTimeMin && value != base::kTimeMax)
      toml += fmt::format("{} = {}\n", key, base::format_time(value));
  };
  text("source", c.source);
  text("tenant", c.tenant);
  text("custodian", c.custodian);
  text("collected_by", c.collected_by);
  text("query", c.query);
  time("collected_at", c.collected_at);
  time("from", c.from);
  time("until", c.until);
  if (c.expected_rows) toml += fmt::format("expected_rows = {}\n", *c.expected_rows);
  toml += fmt::format("complete = {}\n", c.complete);
  return toml;
}

// One row of evidence with its pending units; known evidence is found again and only what is said of it
// changes.
Result<std::int64_t> insert_one(Case &the_case, const evidence::EvidenceFile &file, const AddOptions &options,
                                AddSummary &summary) {
  casefile::Database &database = the_case.database();
  EvidenceRow row;
  row.root = file.item;
  row.sha256 = base::to_hex(file.sha256);
  row.type = file.kind == evidence::EvidenceKind::repository ? "repository"
                                                             : std::string(evidence::name_of(file.type));
  row.custodian = !options.custodian.empty() ? options.custodian
                  : file.collection          ? file.collection->custodian
                                             : "";
  const std::string declared = collection_text(file.collection);
  ++summary.files;
  summary.bytes += file.size;
  // The same file is one piece of evidence, also where it was added by itself before its folder or behind it:
  // then its root is what it was called first.
  DISLODGE_TRY_ASSIGN(
      auto find, database.prepare("SELECT id FROM evidence WHERE sha256 = ?1 AND (root = ?2 OR path = ?3)"
                                  " ORDER BY root <> ?2, id LIMIT 1"));
  find.bind_all(row.sha256, row.root, file.path.native());
  DISLODGE_TRY_ASSIGN(const bool known, find.step());
  if (known) {
    ++summary.known;
    const std::int64_t id = find.integer(0);
    DISLODGE_TRY_ASSIGN(
        auto update,
        database.prepare(
            "UPDATE evidence SET path = ?, custodian = CASE WHEN ? <> '' THEN ? ELSE custodian END,"
            " collection = CASE WHEN ? <> '' THEN ? ELSE collection END WHERE id = ?"));
    update.bind_all(file.path.native(), row.custodian, row.custodian, declared, declared, id);
    DISLODGE_TRY(update.run());
    return id;
  }
  DISLODGE_TRY_ASSIGN(
      auto insert,
      database.prepare("INSERT INTO evidence (root, path, size, sha256, type, custodian, collection,"
                       " exposure_said, added) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)"));
  insert.bind_all(row.root, file.path.native(), file.size, row.sha256, row.type, row.custodian, declared,
                  base::now());
  DISLODGE_TRY(insert.run());
  const std::int64_t id = database.last_row();
  DISLODGE_TRY_ASSIGN(
      auto unit_insert,
      database.prepare("INSERT INTO unit (id, evidence, begin, until, key, state, attempts, priority)"
                       " VALUES (?, ?, ?, ?, '', 'pending', 0, ?)"));
  for (const evidence::Unit &unit : evidence::cut_units(file, options.limits)) {
    unit_insert.bind_all(evidence::unit_id(unit), id, unit.begin, unit.end, priority_of(row, file.path));
    DISLODGE_TRY(unit_insert.run());
    ++summary.units;
  }
  base::JsonWriter json;
  json.object([&] {
    json.field("item", row.root);
    json.field("sha256", row.sha256);
    json.field("size", file.size);
  });
  DISLODGE_TRY(the_case.journal().append("intake", json.text()));
  return id;
}

// What --exposed says of a folder is said of its mail and files. A repository or a log is exposed only where
// it was named by itself: reach says whether it could be read.
bool takes_exposure(const evidence::EvidenceFile &file, bool named_by_itself) {
  if (named_by_itself) return true;
  return file.kind != evidence::EvidenceKind::repository && file.type != evidence::ItemType::git_bundle &&
         file.type != evidence::ItemType::git_pack && file.type != evidence::ItemType::json &&
         file.type != evidence::ItemType::csv;
}

struct ReadTip {
  std::filesystem::path path;
  std::string digest;
  detect::TipFile file;
  detect::TipSignature signature = detect::TipSignature::none;
};

// A file without a name that holds what was opened; it exists as long as the descriptor.
Result<base::Fd> in_memory(std::string_view bytes) {
  base::Fd file(::memfd_create("tip", MFD_CLOEXEC));
  if (!file) return base::fail(ErrorKind::io, "no memory for a tip: " + base::os_message(errno));
  DISLODGE_TRY(base::write_all(file.get(), bytes));
  return file;
}

// The tip that a file is, read by the recogniser; nothing where it is none. A table of messages is one where
// it was named by itself, or is declared: a folder of logs has such tables too.
Result<std::optional<ReadTip>> tip_of(Case &the_case, const evidence::EvidenceFile &file,
                                      bool named_by_itself, const AddOptions &options,
                                      RecogniserProcess &recogniser) {
  if (file.kind == evidence::EvidenceKind::repository || file.size > detect::kTipBytesMax)
    return std::optional<ReadTip>();
  const bool declared =
      file.collection && (file.collection->source == "notice" || file.collection->source == "tip");
  ReadTip tip;
  tip.path = file.path;
  if (file.path.extension() == ".sealed") {
    // Sealed to this case by whoever gives it; what was sealed to another stays closed.
    DISLODGE_TRY_ASSIGN(const std::string sealed, base::read_file(file.path));
    const auto opened = open_notice(the_case.keys(), sealed);
    // The messages of a package are sealed one by one, an object of JSON a line each. One byte would not
    // tell: sealed bytes are any, and one manifest in 256 begins with a brace.
    const std::string_view first = std::string_view(sealed).substr(0, sealed.find('\n'));
    const bool of_messages = first.starts_with("{\"") && first.ends_with('}');
    if (!opened && named_by_itself && !of_messages) return tl::unexpected(opened.error());
    if (!opened) return std::optional<ReadTip>();
    DISLODGE_TRY_ASSIGN(const base::Fd memory, in_memory(opened->view()));
    DISLODGE_TRY_ASSIGN(const evidence::Recognised what, recogniser.ask(memory.get(), ""));
    if (what.tip == evidence::Told::nothing) return std::optional<ReadTip>();
    tip.digest = base::to_hex(base::sha256(opened->view()));
    DISLODGE_TRY_ASSIGN(tip.file, recogniser.read_tip(memory.get()));
    DISLODGE_TRY_ASSIGN(tip.signature,
                        check_signature(file.path, opened->view(), options.signature, options.verify_key));
    return std::optional<ReadTip>(std::move(tip));
  }
  if (file.tip == evidence::Told::nothing ||
      (file.tip == evidence::Told::perhaps && !named_by_itself && !declared))
    return std::optional<ReadTip>();
  tip.digest = base::to_hex(file.sha256);
  DISLODGE_TRY_ASSIGN(const base::Fd opened, base::open_for_reading(file.path));
  DISLODGE_TRY_ASSIGN(tip.file, recogniser.read_tip(opened.get()));
  DISLODGE_TRY_ASSIGN(const std::string bytes, base::read_file(file.path));
  DISLODGE_TRY_ASSIGN(tip.signature,
                      check_signature(file.path, bytes, options.signature, options.verify_key));
  return std::optional<ReadTip>(std::move(tip));
}

}  // namespace

Result<AddSummary> add_evidence(Case &the_case, const std::filesystem::path &path, const AddOptions &options,
                                const std::function<void(const evidence::IntakeStep &)> &progress) {
  // An absolute path: investigate may run from elsewhere.
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  RecogniserProcess recogniser(options.sandbox);
  AddSummary summary;
  DISLODGE_TRY_ASSIGN(const auto files,
                      evidence::intake(absolute, progress, recogniser.asker(), [&](evidence::LedgerRow row) {
                        summary.left_out.push_back(std::move(row));
                      }));
  std::vector<ReadTip> tips;
  const bool named_by_itself = files.size() == 1 && files.front().path == absolute;
  for (const evidence::EvidenceFile &file : files) {
    auto tip = tip_of(the_case, file, named_by_itself, options, recogniser);
    if (tip && !*tip) continue;
    AddedTip &told = summary.tips.emplace_back();
    told.path = file.path;
    if (tip) {
      told.format = (*tip)->file.format;
      told.from = !options.tips.from.empty() ? options.tips.from : (*tip)->file.from;
      told.entries = (*tip)->file.tips.size();
      told.signature = (*tip)->signature;
      tips.push_back(std::move(**tip));
      continue;
    }
    // Named by itself it is refused. In a folder it is evidence like any other, and what is wrong is said.
    if (named_by_itself) return base::fail(tip.error().kind, file.path.string() + ": " + tip.error().message);
    told.wrong = tip.error().message;
  }
  if (!options.signature.empty() && tips.size() != 1)
    return base::fail(ErrorKind::usage, "--signature is that of one notice: add it by itself");
  casefile::Database &database = the_case.database();
  casefile::Transaction transaction(database);
  DISLODGE_TRY(transaction.begin());
  // What was left out of this folder before may have been taken in now.
  DISLODGE_TRY_ASSIGN(auto forget,
                      database.prepare("DELETE FROM ledger WHERE evidence IS NULL AND unit IS NULL AND"
                                       " (item = ?1 OR substr(item, 1, length(?1) + 1) = ?1 || '/')"));
  forget.bind(1, base::escape_step(absolute.filename().string()));
  DISLODGE_TRY(forget.run());
  DISLODGE_TRY(keep_left_out(the_case, summary.left_out));
  DISLODGE_TRY_ASSIGN(
      auto expose,
      database.prepare(
          "UPDATE evidence SET exposed_from = ?, exposed_until = ?, exposure_said = 1 WHERE id = ?"));
  DISLODGE_TRY_ASSIGN(auto expose_again,
                      database.prepare("INSERT INTO exposed_again (exposed_from, exposed_until, evidence)"
                                       " VALUES (?, ?, ?)"));
  DISLODGE_TRY_ASSIGN(auto forget_again, database.prepare("DELETE FROM exposed_again WHERE evidence = ?"));
  for (const evidence::EvidenceFile &file : files) {
    DISLODGE_TRY_ASSIGN(const std::int64_t id, insert_one(the_case, file, options, summary));
    const std::string &custodian = !options.custodian.empty() ? options.custodian
                                   : file.collection          ? file.collection->custodian
                                                              : options.custodian;
    std::vector<base::Interval> exposed;
    const auto rules = exposures_of(options.exposures, file.item, custodian);
    base::IntervalSet stated;
    for (const ExposureRule *rule : rules) {
      stated.add(rule->interval);
      summary.rules_used.insert(rule->line);
    }
    if (!rules.empty())
      exposed = stated.items();
    else if (options.exposed && takes_exposure(file, files.size() == 1))
      exposed = {*options.exposed};
    else if (!options.exposures.empty() && !options.exposed && takes_exposure(file, false))
      summary.unexposed.push_back(file.item);
    if (!exposed.empty()) {
      forget_again.bind(1, id);
      DISLODGE_TRY(forget_again.run());
    }
    for (std::size_t i = 0; i < exposed.size(); ++i) {
      casefile::Statement &keep = i == 0 ? expose : expose_again;
      // NULL stands for an open end.
      if (exposed[i].from == base::kTimeMin)
        keep.bind_null(1);
      else
        keep.bind(1, exposed[i].from);
      if (exposed[i].until == base::kTimeMax)
        keep.bind_null(2);
      else
        keep.bind(2, exposed[i].until);
      keep.bind(3, id);
      DISLODGE_TRY(keep.run());
    }
  }
  base::JsonWriter json;
  json.object([&] {
    json.field("path", absolute.native());
    json.field("files", summary.files);
    json.field("known", summary.known);
    if (options.exposed) json.field("exposed", base::format_interval(*options.exposed));
    if (!options.custodian.empty()) json.field("custodian", options.custodian);
  });
  DISLODGE_TRY(the_case.journal().append("add", json.text()));
  DISLODGE_TRY(transaction.commit());
  for (const ReadTip &tip : tips) {
    detect::TipSource source = options.tips;
    source.signature = tip.signature;
    DISLODGE_TRY(add_tip(the_case, tip.path, tip.digest, tip.file, source));
  }
  return summary;
}

Result<std::vector<std::int64_t>> insert_evidence(Case &the_case,
                                                  const std::vector<evidence::EvidenceFile> &files) {
  std::vector<std::int64_t> ids;
  AddSummary summary;
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  for (const evidence::EvidenceFile &file : files) {
    DISLODGE_TRY_ASSIGN(const std::int64_t id, insert_one(the_case, file, AddOptions(), summary));
    ids.push_back(id);
  }
  DISLODGE_TRY(transaction.commit());
  return ids;
}

Result<void> keep_left_out(Case &the_case, const std::vector<evidence::LedgerRow> &rows) {
  DISLODGE_TRY_ASSIGN(auto forget, the_case.database().prepare("DELETE FROM ledger WHERE evidence IS NULL AND"
                                                               " unit IS NULL AND item = ?"));
  DISLODGE_TRY_ASSIGN(
      auto insert,
      the_case.database().prepare(
          "INSERT INTO ledger (evidence, unit, item, parent, state, reason, remedy, size, read, items)"
          " VALUES (NULL, NULL, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const evidence::LedgerRow &row : rows) {
    forget.bind_all(row.item);
    DISLODGE_TRY(forget.run());
    insert.bind_all(row.item, row.parent, evidence::name_of(row.state), base::to_valid_utf8(row.reason),
                    row.remedy, row.size, row.read, row.items);
    DISLODGE_TRY(insert.run());
  }
  return {};
}

}  // namespace dislodge::engine
