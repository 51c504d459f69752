#pragma once
// The content of messages, read again from the evidence for who is given it. A sandboxed worker reads each
// message as investigate does, attachments and archives in it included, looks whom it names, and seals it to
// the recipient's key: the coordinator, the case file and the disk never hold it in clear.
//
//   DISLODGE_TRY(read_messages(the_case, options, request, rows, [&](UnitMessage message) { ... }));
//
// What is handed on of a mail (RFC 5322) is its body as it was and the fields of its header that
// correspondents see; what our servers and the copy in our mailbox added (Received, Bcc, X- fields) is left
// out. Where others are named in it, or a secret of theirs stands in it, it is written a second time without
// that (given_message.hpp): who releases it chooses.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "casefile/case.hpp"
#include "disclose/others_named.hpp"
#include "engine/given_message.hpp"
#include "engine/options.hpp"
#include "engine/unit_result.hpp"

namespace dislodge::engine {

struct MessageRequest {
  std::set<std::string, std::less<>> items;  // of message records
  std::string seal_to;                       // 32 bytes
  disclose::Sides sides;
  // Secrets that are neither side's: item, line, why it must not be given.
  std::map<std::string, std::map<std::uint64_t, std::string>, std::less<>> not_given;
};

// Larger ones are left out, and their UnitMessage has nothing sealed.
inline constexpr std::uint64_t kHandedOnMax = 256ull << 20;

// In the worker.
UnitMessage hand_on(const MessageRequest &request, std::string_view item, std::string_view bytes,
                    std::string_view media_type, const base::Limits &limits);

// A message that is being read, until all that lies in it was.
class MessageBeingRead {
 public:
  MessageBeingRead(std::string_view item, std::string_view bytes, std::string_view media_type);
  MessageBeingRead(MessageBeingRead &&) = default;
  MessageBeingRead &operator=(MessageBeingRead &&) = default;
  ~MessageBeingRead();

  const std::string &item() const { return item_; }
  bool holds(std::string_view item) const;  // itself, or lies in it
  // Something was found: in the item, which lies in this message.
  void names_others(std::string_view item);
  void unread(std::string_view item);
  void secret(std::string_view item, std::uint64_t line, std::uint64_t offset, std::uint64_t length,
              bool in_bytes, const std::string &why, std::string_view value);
  // Fills in the second form, where there is something to withhold and it can be parted.
  void finish(const MessageRequest &request, const base::Limits &limits, UnitMessage &message);

 private:
  PartSeen &part_of(std::string_view item, bool &within);

  std::string item_, bytes_, media_type_;
  PartsSeen parts_;
  std::vector<std::string> values_;                        // that must not be given
  std::set<std::pair<std::string, std::uint64_t>> found_;  // places of secrets that were seen again
};

inline void add_others(const MessageRequest &request, std::string_view text,
                       std::vector<std::string> &others) {
  disclose::add_others_named(text, request.sides, others);
}

// Reads the units of these pieces of evidence and delivers the messages asked for, in no certain order. What
// is not delivered could not be read again (its file is gone or was changed).
base::Result<void> read_messages(casefile::Case &the_case, const Options &options,
                                 std::shared_ptr<const MessageRequest> request,
                                 const std::set<std::int64_t> &evidence,
                                 const std::function<base::Result<void>(UnitMessage)> &deliver);

}  // namespace dislodge::engine
