#pragma once
// Notices: plain text for a party, ready to be checked and sent by a person. It names kinds, places and
// masks, never a value; it says what was seen and what is not known; and it never names an address that the
// intruder can read as the way to answer. What failed in 2024 is what it is made against: notices that looked
// like phishing, came without content and went to mailboxes nobody reads.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "disclose/duties.hpp"
#include "disclose/parties.hpp"

namespace dislodge::disclose {

struct Sender {
  std::string organisation;  // "Northwind Logistics"
  std::string contact_name;
  std::string contact_channel;  // a telephone number or portal that the intruder cannot read; never empty
  std::string verify_at;  // where the recipient finds the code below: "the first page of northwind.example"
  std::string verification_code;  // read to them, or shown there
  base::Time next_update = base::kTimeMax;
};

struct Notice {
  std::string organisation;
  std::string subject;
  std::string text;
  std::vector<std::string> forbidden_channels;  // addresses at which it must not be sent
  std::vector<std::string> missing;             // what a person must still fill in or confirm
};

// An error where the contact channel is one that the intruder reads, or empty.
base::Result<Notice> notice_for(const Party &party, const Sender &sender, base::Interval exposure);

// The other recipients of a notice. Their texts are outlines for a person to finish: what the case shows is
// filled in, what only people know says so, and nothing is invented.
enum class NoticeKind : std::uint8_t { person, regulator, insurer };

struct NoticeInput {
  NoticeKind kind = NoticeKind::person;
  std::string recipient;  // a person's name or address, an authority, an insurer
  std::string address;    // where it would be sent; "" not decided
  Sender sender;
  std::map<std::string, std::string> known;  // what the case shows, by Field::fact
  std::string regime;                        // of a regulator's: name and source
  std::vector<FieldStatus> fields;           // of that regime
  bool reading_is_shown = false;           // of a person's: events show that mail was read; else it could be
  std::vector<std::string> data;           // of a person's: kinds of their data and credentials
  std::vector<std::string> channels_read;  // addresses that the intruder can read
};
// An error where the contact channel or the address is one that the intruder reads, or the channel is empty.
base::Result<Notice> notice_to(const NoticeInput &input);

}  // namespace dislodge::disclose
