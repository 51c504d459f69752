#include "engine/readers.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "evidence/archive.hpp"
#include "evidence/clixml.hpp"
#include "evidence/compressed.hpp"
#include "evidence/tar.hpp"
#include "evidence/zip.hpp"
#include "file/readers.hpp"
#include "identity/authorized_keys.hpp"
#include "identity/directory.hpp"
#include "identity/roadrecon.hpp"
#include "log/reader.hpp"
#include "log/unknown_log.hpp"
#include "mail/calendar.hpp"
#include "mail/exports.hpp"
#include "mail/load_file.hpp"
#include "mail/mbox.hpp"
#include "mail/message.hpp"
#include "mail/msg.hpp"
#include "mail/olm.hpp"
#include "mail/openpgp.hpp"
#include "mail/pst.hpp"
#include "mail/tables.hpp"
#include "mail/tnef.hpp"
#include "repo/repository.hpp"
#include "secret/key_store.hpp"

namespace dislodge::engine {

using base::Result;
using evidence::ItemType;

namespace {

// Raised when a reader's meaning changes, so that what an older version read is read again.
constexpr int kReadersVersion = 18;

Result<void> read_repository_unit(const evidence::ItemView &item, UnitReader &unit) {
  std::vector<repo::RepositoryFile> files;
  for (const UnitFile &file : unit.input().files) files.push_back({file.name, file.bytes});
  return repo::read_repository(item, files, unit);
}

bool is_root(const evidence::ItemView &item, const UnitReader &unit) {
  return item.path == unit.input().item;
}

mail::MboxRange range_of(std::string_view bytes, const UnitInput &input) {
  return {input.begin, input.end, mail::count_messages(bytes, 0, input.begin) + 1};
}

// A log of a kind that no reader knows is text like any other, and it is said that its events are not known.
Result<void> read_plain(const evidence::ItemView &item, UnitReader &unit) {
  if (!unit.within_content(item) && log::looks_like_log(item.bytes))
    unit.unread({.bytes = 0,
                 .state = evidence::LedgerState::unsupported,
                 .reason =
                     "it looks like a log of a kind that no reader knows: it was searched for secrets, what "
                     "happened by it was not",
                 .remedy = "export it in a form that docs/logs.md names, or read it by hand",
                 .child = {},
                 .child_size = 0});
  return file::read_text(item, unit);
}

// JSON and CSV handed in as such may be logs or directory exports; inside stolen content they are text like
// any other: what an intruder mailed is not a log of ours.
Result<void> read_table(const evidence::ItemView &item, UnitReader &unit) {
  if (!unit.within_content(item)) {
    if (identity::recognises_directory(item.bytes))
      return identity::read_directory(item, unit.facts(), unit, [&unit] { unit.spill_facts(); });
    if (log::recognises(item.bytes)) {
      log::ReadOptions options;
      options.tenant = unit.input().tenant;
      options.watcher = unit.log_watcher();
      if (is_root(item, unit)) {
        options.begin = unit.input().begin;
        options.end = unit.input().end;
      }
      DISLODGE_TRY_ASSIGN(const log::ReadCounts counts, log::read_log(item, unit.events(), unit, options));
      unit.add_log_records(counts.records);
      return {};
    }
  }
  // Only logs are read in ranges; of any other table the unit that has byte 0 reads the whole.
  if (is_root(item, unit) && unit.input().begin != 0) return {};
  if (file::recognises_har(item.bytes)) return file::read_har(item, unit);
  // Conversations are read as such wherever they stand, unless a message around them is the record already.
  if (item.type == ItemType::json && item.within == evidence::kNoRecord &&
      mail::recognises_export(item.bytes))
    return mail::read_export(item, unit);
  if (item.type == ItemType::csv && item.within == evidence::kNoRecord) {
    if (mail::recognises_load_file(item.bytes)) DISLODGE_TRY(mail::read_load_file(item, unit));
    if (mail::recognises_table(item.bytes)) return mail::read_table_messages(item, unit);
  }
  return read_plain(item, unit);
}

// Key stores and certificates are looked into by the stage that knows keys; what names they carry in clear is
// read besides.
Result<void> read_key_file(const evidence::ItemView &item, UnitReader &unit) {
  const auto report = secret::scan_key_file(item, unit.scanner(), unit.found());
  if (!report) {
    // Of a store that is not known its strings are read, and the rest is told.
    if (report.error().kind == base::ErrorKind::unsupported) return file::read_binary(item, unit);
    return tl::unexpected(report.error());
  }
  return {};
}

// A dump of a directory is rights; any other database is read for its text.
Result<void> read_database(const evidence::ItemView &item, UnitReader &unit) {
  if (!unit.within_content(item) && identity::roadrecon::recognises_directory(item.bytes))
    return identity::roadrecon::read_directory(item, unit.facts(), unit, [&unit] { unit.spill_facts(); });
  return file::read_sqlite(item, unit);
}

}  // namespace

Result<void> read_item(const evidence::ItemView &item, UnitReader &unit) {
  const UnitInput &input = unit.input();
  if (input.repository && is_root(item, unit)) return read_repository_unit(item, unit);
  switch (item.type) {
    case ItemType::empty:
      return {};
    case ItemType::mbox:
      if (is_root(item, unit)) return mail::read_mbox_range(item, range_of(item.bytes, input), unit);
      return mail::read_mbox(item, unit);
    case ItemType::message:
      return mail::read_message(item, unit);
    case ItemType::pst:
      return mail::read_pst(item, unit);
    case ItemType::tnef:
      return mail::read_tnef(item, unit);
    case ItemType::zip:
      return evidence::read_zip(item, unit);
    case ItemType::tar:
      return evidence::read_tar(item, unit);
    case ItemType::gzip:
      return evidence::read_gzip(item, unit);
    case ItemType::zstd:
      return evidence::read_zstd(item, unit);
    case ItemType::bzip2:
    case ItemType::xz:
    case ItemType::seven_zip:
    case ItemType::rar:
    case ItemType::archive:
      return evidence::read_archive(item, unit);
    case ItemType::ooxml:
    case ItemType::odf:
      return file::read_ooxml(item, unit);
    case ItemType::ole:
      if (mail::is_msg(item.bytes, unit.limits())) return mail::read_msg(item, unit);
      return file::read_ole(item, unit);
    case ItemType::pdf:
      return file::read_pdf(item, unit);
    case ItemType::html:
      return file::read_html(item, unit);
    case ItemType::rtf:
      return file::read_rtf(item, unit);
    case ItemType::git_bundle:
      return repo::read_bundle(item, unit);
    case ItemType::git_pack:
      return repo::read_pack(item, unit);
    case ItemType::git_loose:
      return repo::read_loose_object(item, unit);
    case ItemType::pem:
      return file::read_text(item, unit);
    case ItemType::key_store:
    case ItemType::certificate:
      return read_key_file(item, unit);
    case ItemType::json:
    case ItemType::csv:
      return read_table(item, unit);
    case ItemType::sqlite:
      return read_database(item, unit);
    case ItemType::text:
      if (mail::recognises_openpgp(item.bytes)) return mail::read_openpgp(item, unit);
      if (mail::recognises_calendar(item.bytes)) return mail::read_calendar(item, unit);
      // Of plain text only syslog is a log, and events of Windows as XML without a declaration.
      if (const auto source = unit.within_content(item) ? std::nullopt : log::recognise(item.bytes);
          source == log::Source::syslog || (source == log::Source::windows && item.bytes.starts_with('<')))
        return read_table(item, unit);
      repo::note_linked_worktree(item, unit);
      // Its lines are rights; as text it is read all the same.
      if (!unit.within_content(item) && identity::authorized_keys::recognises(item.bytes))
        identity::authorized_keys::read(item, unit.facts());
      // So are properties that PowerShell printed one a line.
      else if (!unit.within_content(item) && identity::recognises_directory(item.bytes))
        DISLODGE_TRY(identity::read_directory(item, unit.facts(), unit, [&unit] { unit.spill_facts(); }));
      return read_plain(item, unit);
    case ItemType::xml:
      if (evidence::is_clixml(item.bytes)) return evidence::read_clixml(item, unit);
      if (mail::recognises_olm(item.bytes)) return mail::read_olm(item, unit);
      if (!unit.within_content(item) && log::recognise(item.bytes) == log::Source::windows)
        return read_table(item, unit);
      if (item.within == evidence::kNoRecord && mail::recognises_load_file(item.bytes))
        DISLODGE_TRY(mail::read_load_file(item, unit));
      return file::read_text(item, unit);
    case ItemType::evtx:
      if (!unit.within_content(item)) return read_table(item, unit);
      return file::read_binary(item, unit);
    case ItemType::image:
      return file::read_image(item, unit, unit.ocr());
    case ItemType::unknown:
      if (mail::recognises_openpgp(item.bytes)) return mail::read_openpgp(item, unit);
      return file::read_binary(item, unit);
    default:
      return file::read_binary(item, unit);
  }
}

std::uint64_t ranged_size(const evidence::ItemView &root, const UnitInput &input) {
  const bool whole = input.begin == 0 && input.end == root.bytes.size();
  if (whole) return root.bytes.size();
  if (root.type == ItemType::mbox) {
    const mail::ByteRange owned = mail::owned_bytes(root.bytes, range_of(root.bytes, input));
    return owned.end - owned.begin;
  }
  if (log::recognises(root.bytes)) return input.end - input.begin;
  return input.begin == 0 ? root.bytes.size() : 0;
}

std::string readers_digest(std::string_view rules_digest, const base::Limits &limits) {
  return base::to_hex(base::sha256(fmt::format("readers {} rules {} limits {}", kReadersVersion, rules_digest,
                                               limits.digest())))
      .substr(0, 32);
}

}  // namespace dislodge::engine
