// Office Open XML and OpenDocument packages.

#include <fmt/format.h>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/charset.hpp"
#include "evidence/zip.hpp"
#include "file/document.hpp"
#include "file/readers.hpp"
#include "file/xml_text.hpp"

namespace dislodge::file {
namespace {

using evidence::LedgerState;
using evidence::ZipMember;
using evidence::ZipPart;

constexpr std::uint64_t kSharedStringsMax = 256u << 20;

constexpr std::string_view kSharedStrings = "sharedStrings.xml";  // in "xl/", for most writers
constexpr std::string_view kManifest = "META-INF/manifest.xml";

bool holds_shared_strings(std::string_view name) {
  return name == kSharedStrings ||
         (name.ends_with(kSharedStrings) && name[name.size() - kSharedStrings.size() - 1] == '/');
}

bool is_xml_part(const ZipMember &member) {
  const std::string name = base::lower(member.name);
  if (name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".vml") || name.ends_with(".rdf"))
    return true;
  const std::string_view head = base::trim(member.bytes.substr(0, 200));
  return head.starts_with("<?xml") || head.starts_with("\xEF\xBB\xBF<?xml");
}

// What a printer was told, and fonts: bytes that look like keys here and there, and hold no text that anybody
// wrote. By content too, since a name proves nothing.
bool is_machine_part(const ZipMember &member) {
  const std::string name = base::lower(member.name);
  const bool font = name.ends_with(".odttf") || name.ends_with(".fntdata") || name.ends_with(".ttf") ||
                    name.ends_with(".otf");
  if (!font && name.find("printersettings/") == std::string::npos) return false;
  const std::string_view head = member.bytes.substr(0, 4096);
  if (head.find("com.apple.print") != std::string_view::npos) return true;
  return head.find('\0') != std::string_view::npos || evidence::valid_utf8_prefix(head) + 4 < head.size();
}

// The printer's name, with which Windows' settings begin (DEVMODE: 32 units of UTF-16):
// "\\\\server\\printer".
std::string printer_of(std::string_view settings) {
  std::string name;
  for (std::size_t i = 0; i + 1 < settings.size() && i < 64; i += 2) {
    const unsigned unit = static_cast<unsigned char>(settings[i]) |
                          static_cast<unsigned>(static_cast<unsigned char>(settings[i + 1])) << 8;
    if (unit < 0x20 || unit >= 0x3000) break;
    base::append_utf8(name, unit);
  }
  return name.size() >= 3 ? name : std::string();
}

// Parts whose text is the same in every document: styles, themes, fonts, the list of types.
bool is_boilerplate(std::string_view name) {
  for (const std::string_view part :
       {"[Content_Types].xml", "word/styles.xml", "word/stylesWithEffects.xml", "word/fontTable.xml",
        "word/numbering.xml", "word/webSettings.xml", "xl/styles.xml"})
    if (name == part) return true;
  return name.find("/theme/") != std::string_view::npos && name.ends_with(".xml");
}

void read_comment(const evidence::ItemView &item, evidence::RecordId within, const ZipMember &member,
                  evidence::Sink &sink) {
  base::OffsetMap map;
  map.add(0, member.offset);
  const std::string text = base::to_valid_utf8(member.bytes);
  evidence::TextView view;
  view.item = item.path;
  view.text = text;
  view.map = &map;
  view.source = item.bytes;
  view.within = within;
  sink.text(view);
}

}  // namespace

base::Result<void> read_ooxml(const evidence::ItemView &item, evidence::Sink &sink) {
  const evidence::RecordId within = record_of(item, sink);
  SharedStrings strings;
  bool encrypted = false;
  // Cells name their strings by number, and the strings stand behind the sheets; what is encrypted is told by
  // the manifest at the end. Both are read first, where a name in the archive says that they are there.
  const bool strings_ahead = item.bytes.find(kSharedStrings) != std::string_view::npos;
  const bool manifest_ahead = item.bytes.find(kManifest) != std::string_view::npos;
  if (strings_ahead || manifest_ahead) {
    DISLODGE_TRY(evidence::for_each_member(item.bytes, sink.limits(), [&](const ZipMember &member) {
      const bool are_strings = holds_shared_strings(member.name);
      if (are_strings) read_shared_strings(member.bytes, kSharedStringsMax, strings);
      if (member.name == kManifest)
        encrypted = member.bytes.find("encryption-data") != std::string_view::npos;
      return !are_strings;
    }));
    if (!strings.complete) strings = {};
  }
  if (encrypted)
    return base::fail(base::ErrorKind::encrypted,
                      "the document is encrypted with a password; save it without one and add it again");
  ExtractedText out(item, within, sink);
  DISLODGE_TRY(evidence::for_each_member(item.bytes, sink.limits(), [&](const ZipMember &member) {
    const std::string path = member.step.empty() ? std::string() : base::join_item(item.path, member.step);
    const bool nothing = member.bytes.empty() && member.state != LedgerState::read;
    if (member.part == ZipPart::comment) {
      read_comment(item, within, member, sink);
    } else if (member.part == ZipPart::rest || nothing || member.bytes.empty()) {
      // Nothing to read; what is missing is told below.
    } else if (member.part == ZipPart::member && holds_shared_strings(member.name) &&
               !strings.strings.empty()) {
      // Told at the end: those that no cell uses.
    } else if (member.part == ZipPart::member && is_machine_part(member)) {
      out.line();
      out.add(printer_of(member.bytes));
      out.line();
      sink.unread({.bytes = 0,
                   .state = LedgerState::unsupported,
                   .reason = "settings of a printer, or a font: not text",
                   .remedy = "nothing; no person wrote into it",
                   .child = path,
                   .child_size = member.bytes.size()});
    } else if (member.part == ZipPart::member && is_xml_part(member)) {
      if (!is_boilerplate(member.name))
        append_xml_text(member.bytes, out, strings.strings.empty() ? nullptr : &strings);
    } else {
      evidence::ItemView child;
      child.path = path;
      child.bytes = member.bytes;
      child.name = member.name;
      child.depth = item.depth + 1;
      child.within = within;
      // No zip on another try either (evidence/zip.cpp).
      if (member.part == ZipPart::gap && member.bytes.starts_with("PK"))
        child.type = evidence::ItemType::executable;
      sink.child(child);
    }
    if (member.state == LedgerState::read) return true;
    sink.unread(evidence::unread_of(member, nothing ? path : std::string()));
    return true;
  }));
  for (std::size_t i = 0; i < strings.strings.size(); ++i) {
    if (strings.used[i]) continue;
    out.add(strings.strings[i]);
    out.line();
  }
  out.finish();
  return {};
}

}  // namespace dislodge::file
