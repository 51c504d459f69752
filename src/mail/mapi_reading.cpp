#include "mail/mapi_reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/item_path.hpp"
#include "mail/message.hpp"

namespace dislodge::mail {
namespace {

// Passes everything on. Bytes that the message's reader tells as unread count in the written message; the
// item cannot have more unread bytes than it has.
class Within : public evidence::Sink {
 public:
  Within(evidence::Sink &sink, std::uint64_t item_size) : sink_(sink), left_(item_size) {}
  evidence::RecordId record(evidence::Record made) override { return sink_.record(std::move(made)); }
  void whole_message(std::string_view path, std::string_view bytes, std::string_view media_type) override {
    sink_.whole_message(path, bytes, media_type);
  }
  std::size_t text(const evidence::TextView &view) override { return sink_.text(view); }
  std::size_t child(const evidence::ItemView &view) override { return sink_.child(view); }
  void unread(evidence::Unread part) override {
    part.bytes = std::min(part.bytes, left_);
    left_ -= part.bytes;
    sink_.unread(std::move(part));
  }
  const base::Limits &limits() const override { return sink_.limits(); }

 private:
  evidence::Sink &sink_;
  std::uint64_t left_;
};

}  // namespace

void read_in_place(const evidence::ItemView &item, MapiMessage &message, const MapiNames &names,
                   MapiProblems &problems, evidence::Sink &sink) {
  MapiWriting how;
  how.folder = folder_of_path(item.path);
  how.names = &names;
  how.limits = &sink.limits();
  const std::string bytes = rfc5322_of(message, how, problems.damaged);
  evidence::ItemView view = item;
  view.bytes = bytes;
  view.type = evidence::ItemType::message;
  view.media_type = "message/rfc822";
  Within within(sink, item.bytes.size());
  // Its errors are of reading mail, and reading mail has none.
  (void)read_message(view, within);
  tell_problems(item.path, problems, sink);
}

void tell_problems(std::string_view path, const MapiProblems &problems, evidence::Sink &sink) {
  std::uint64_t number = 0;
  const auto tell = [&](evidence::LedgerState state, const std::string &reason, const char *remedy) {
    sink.unread({.bytes = 0,
                 .state = state,
                 .reason = reason,
                 .remedy = remedy,
                 .child = base::join_item(path, base::decoded_view_step("missing", ++number)),
                 .child_size = 0});
  };
  for (const std::string &reason : problems.damaged)
    tell(evidence::LedgerState::damaged, reason, "get the file again from where it came");
  for (const std::string &reason : problems.linked)
    tell(evidence::LedgerState::not_held, reason, "hand in the file that it points to");
}

std::string attachment_name(const MapiBag &bag) {
  std::string name = bag.text(kMapiAttachLongFile);
  if (name.empty()) name = bag.text(kMapiAttachFile);
  if (name.empty()) name = bag.text(kMapiDisplayName);
  return name;
}

void note_link(const MapiBag &bag, MapiProblems &problems) {
  // [MS-OXCMSG] 2.2.2.9: by reference (2 to 4) and by web reference (7).
  const std::int64_t method = bag.number(kMapiAttachMethod).value_or(1);
  if (method != 7 && (method < 2 || method > 4)) return;
  std::string where = bag.text(kMapiAttachLongPath);
  if (where.empty()) where = bag.text(kMapiAttachPath);
  problems.linked.push_back(fmt::format("the attachment \"{}\" is only a link{}{}", attachment_name(bag),
                                        where.empty() ? "" : " to ", where));
}

}  // namespace dislodge::mail
