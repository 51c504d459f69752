#pragma once
// Properties as Exchange and Outlook keep them ([MS-OXCDATA], [MS-OXPROPS]), whatever holds them: PST, .msg
// and TNEF fill the same bags, and mapi_message.hpp makes a message of them.
//
//   MapiBag bag;   bag.add(0x0037, kMapiUnicode, utf16_bytes);   bag.text(kMapiSubject)   // "Budget"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace dislodge::mail {

// Types of value ([MS-OXCDATA] 2.11.1).
enum : std::uint16_t {
  kMapiInt16 = 0x0002,
  kMapiInt32 = 0x0003,
  kMapiFloat64 = 0x0005,
  kMapiBoolean = 0x000B,
  kMapiObject = 0x000D,
  kMapiInt64 = 0x0014,
  kMapiString8 = 0x001E,
  kMapiUnicode = 0x001F,
  kMapiTime = 0x0040,
  kMapiGuid = 0x0048,
  kMapiBinary = 0x0102,
  kMapiMany = 0x1000,  // flag: a list of values
};

// Properties that a reader of mail asks for ([MS-OXPROPS]).
enum : std::uint16_t {
  kMapiMessageClass = 0x001A,
  kMapiSubject = 0x0037,
  kMapiClientSubmitTime = 0x0039,
  kMapiSentRepresentingName = 0x0042,
  kMapiSentRepresentingType = 0x0064,
  kMapiSentRepresentingEmail = 0x0065,
  kMapiConversationTopic = 0x0070,
  kMapiConversationIndex = 0x0071,
  kMapiTransportHeaders = 0x007D,
  kMapiRecipientType = 0x0C15,
  kMapiSenderName = 0x0C1A,
  kMapiSenderType = 0x0C1E,
  kMapiSenderEmail = 0x0C1F,
  kMapiDeliveryTime = 0x0E06,
  kMapiNormalizedSubject = 0x0E1D,
  kMapiBody = 0x1000,
  kMapiRtf = 0x1009,
  kMapiHtml = 0x1013,
  kMapiMessageId = 0x1035,
  kMapiReferences = 0x1039,
  kMapiInReplyTo = 0x1042,
  kMapiDisplayName = 0x3001,
  kMapiAddressType = 0x3002,
  kMapiEmail = 0x3003,
  kMapiCreated = 0x3007,
  kMapiModified = 0x3008,
  kMapiAttachData = 0x3701,
  kMapiAttachFile = 0x3704,
  kMapiAttachMethod = 0x3705,
  kMapiAttachLongFile = 0x3707,
  kMapiAttachPath = 0x3708,
  kMapiAttachLongPath = 0x370D,
  kMapiAttachMime = 0x370E,
  kMapiSmtpAddress = 0x39FE,
  kMapiInternetCodepage = 0x3FDE,
  kMapiMessageCodepage = 0x3FFD,
  kMapiSenderSmtp = 0x5D01,
  kMapiSentRepresentingSmtp = 0x5D02,
};

struct MapiProperty {
  std::uint16_t id = 0;
  std::uint16_t type = 0;  // of several values: they are joined by line ends, and the flag is gone
  std::string value;       // little-endian; strings without their final zero
};

class MapiBag {
 public:
  void add(std::uint16_t id, std::uint16_t type, std::string value);
  const MapiProperty *find(std::uint16_t id) const;  // the first of that id
  bool has(std::uint16_t id) const { return find(id) != nullptr; }
  // As UTF-8, without zero bytes; empty where there is none.
  std::string text(std::uint16_t id) const;
  std::optional<std::int64_t> number(std::uint16_t id) const;
  base::Time time(std::uint16_t id) const;  // kTimeMin where there is none
  std::string_view bytes(std::uint16_t id) const;
  // Takes the value out, to spare a copy.
  std::string take(std::uint16_t id);
  const std::vector<MapiProperty> &all() const { return properties_; }
  // Of 8-bit strings, for to_utf8; empty: as they look.
  void set_charset(std::string charset) { charset_ = std::move(charset); }
  const std::string &charset() const { return charset_; }
  std::string text_of(const MapiProperty &property) const;

 private:
  std::vector<MapiProperty> properties_;
  std::string charset_;
};

// Names of named properties (ids from 0x8000): of their entry and string streams ([MS-OXMSG] 2.2.3, [MS-PST]
// 2.4.7).
class MapiNames {
 public:
  void read(std::string_view entries, std::string_view strings);
  std::string name_of(std::uint16_t id) const;  // "property 0x3A1C" where it has none

 private:
  std::map<std::uint16_t, std::string> names_;
};

base::Time time_of_filetime(std::uint64_t filetime);  // 100 ns since 1601; kTimeMin for 0 and for never

// The values of a list of strings or binaries as they follow each other in memory, joined by line ends:
// a count, offsets, values ([MS-PST] 2.3.3.4.2).
std::string join_many(std::string_view value, std::uint16_t type);

}  // namespace dislodge::mail
