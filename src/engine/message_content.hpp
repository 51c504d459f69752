#pragma once
// The content of messages, read again from the evidence for who is given it. A sandboxed worker reads each
// message as investigate does, attachments and archives in it included, looks whom it names, and seals it to
// the recipient's key: the coordinator, the case file and the disk never hold it in clear.
//
//   DISLODGE_TRY(read_messages(the_case, options, request, rows, [&](UnitMessage message) { ... }));
//
// What is handed on of a mail (RFC 5322) is its body as it was and the fields of its header that
// correspondents see; what our servers and the copy in our mailbox added (Received, Bcc, X- fields) is left
// out.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "casefile/case.hpp"
#include "disclose/others_named.hpp"
#include "engine/options.hpp"
#include "engine/unit_result.hpp"

namespace dislodge::engine {

struct MessageRequest {
  std::set<std::string, std::less<>> items;  // of message records
  std::string seal_to;                       // 32 bytes
  disclose::Sides sides;
};

// Larger ones are left out, and their UnitMessage has nothing sealed.
inline constexpr std::uint64_t kHandedOnMax = 256ull << 20;

// In the worker.
UnitMessage hand_on(const MessageRequest &request, std::string_view item, std::string_view bytes,
                    std::string_view media_type, const base::Limits &limits);
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
