#pragma once
// Finds the messages in exported JSON (mail/exports.hpp): one pass over its tokens, no tree.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evidence/record.hpp"

namespace dislodge::mail {

struct ExportedBlob {
  std::string_view value;  // base64, within the quotes
  std::string name;
  std::string media_type;
};

struct ExportedMessage {
  std::size_t begin = 0;  // of the object, in the file
  std::size_t end = 0;
  evidence::Record record;
  std::vector<std::string_view> texts;  // its text values as written, within the quotes
  std::vector<ExportedBlob> blobs;
  // Texts that are written as runs, a style each: Slack's rich text, Atlassian's and other documents as
  // trees, Telegram's entities. What a reader sees as one word may be two of them.
  std::vector<std::vector<std::string_view>> runs;
  bool sure = false;  // it has text, author and time
};

struct ExportedMessages {
  std::vector<ExportedMessage> messages;  // by rising begin; those within others follow them
  bool broken = false;                    // it is no JSON, or ends early
  std::size_t read = 0;                   // bytes up to there
};

// At most `most` messages.
ExportedMessages find_exported_messages(std::string_view json, std::size_t most);

// A JSON string's content with its escapes undone.
std::string unescape_json(std::string_view raw);

}  // namespace dislodge::mail
