#pragma once
// Which organisation an author says they belong to, beside their address: by the certificate that their mail
// is signed with (S/MIME, RFC 8551), by the Organization field (RFC 5536 3.2.9, common in mail too), and by
// the company or the site in the block under their name. None of it is checked, and anybody can write any of
// it: it groups correspondents for a person to look at, and proves nothing.
//
//   "certificate:Harborline Logistics Ltd", "header:...", "signature:...", "site:harborline.example"

#include <string>
#include <string_view>
#include <vector>

#include "evidence/record.hpp"

namespace dislodge::mail {

inline constexpr std::size_t kAffiliationsMax = 8;  // of one message

// The field's value as text.
void add_header_affiliation(std::string_view value, std::vector<std::string> &out);
// Subjects of the certificates in signed data (DER) that name `author`'s address, by their organisation (O).
void add_certificate_affiliations(std::string_view der, std::string_view author,
                                  std::vector<std::string> &out);
// The block at the end of what the author wrote: behind "-- ", or the last lines before what is quoted.
void add_signature_affiliations(std::string_view text, const std::vector<evidence::QuotedSpan> &quoted,
                                std::vector<std::string> &out);

}  // namespace dislodge::mail
