#include "evidence/item.hpp"

namespace dislodge::evidence {

std::string_view name_of(ItemType type) {
  switch (type) {
    case ItemType::unknown:
      return "unknown";
    case ItemType::empty:
      return "empty";
    case ItemType::text:
      return "text";
    case ItemType::html:
      return "html";
    case ItemType::rtf:
      return "rtf";
    case ItemType::json:
      return "json";
    case ItemType::csv:
      return "csv";
    case ItemType::xml:
      return "xml";
    case ItemType::mbox:
      return "mbox";
    case ItemType::message:
      return "message";
    case ItemType::zip:
      return "zip";
    case ItemType::tar:
      return "tar";
    case ItemType::gzip:
      return "gzip";
    case ItemType::bzip2:
      return "bzip2";
    case ItemType::xz:
      return "xz";
    case ItemType::zstd:
      return "zstd";
    case ItemType::seven_zip:
      return "7z";
    case ItemType::rar:
      return "rar";
    case ItemType::ooxml:
      return "ooxml";
    case ItemType::odf:
      return "odf";
    case ItemType::pdf:
      return "pdf";
    case ItemType::ole:
      return "ole";
    case ItemType::pst:
      return "pst";
    case ItemType::tnef:
      return "tnef";
    case ItemType::git_bundle:
      return "git-bundle";
    case ItemType::git_pack:
      return "git-pack";
    case ItemType::git_index:
      return "git-index";
    case ItemType::git_loose:
      return "git-loose";
    case ItemType::pem:
      return "pem";
    case ItemType::key_store:
      return "key-store";
    case ItemType::certificate:
      return "certificate";
    case ItemType::image:
      return "image";
    case ItemType::audio_video:
      return "audio-video";
    case ItemType::sqlite:
      return "sqlite";
    case ItemType::executable:
      return "executable";
    case ItemType::archive:
      return "archive";
    case ItemType::evtx:
      return "evtx";
  }
  return "unknown";
}

}  // namespace dislodge::evidence
