#pragma once
// What lies behind an id of a principal: the place it belongs to, the role of a session; and which slots of
// what an intruder left there open nothing by themselves.

#include <string>
#include <string_view>

namespace dislodge::identity {

// "principal:REALM/ORGANISATION" of a principal's id; in Entra the tenant's own principal, in AD the domain's
// SID. An account that belongs to no organisation ("principal:github/mallory") is no place of its own: all
// such of one realm are.
std::string place_of(std::string_view id);

// The role of AWS behind a session: of "principal:aws/ACCOUNT/assumed-role/ROLE/SESSION" it is
// "principal:aws/ACCOUNT/role/ROLE"; "" for what is no such session.
std::string aws_role_of(std::string_view principal);

// The account whose key signs every ticket of a domain: RID 502 of its SID
// (learn.microsoft.com/windows-server/identity/ ad-ds/manage/understand-security-identifiers), else by name.
std::string krbtgt_of(std::string_view domain);

// Slots of what the intruder changed that opens nothing by itself: settings of a tenant, account or
// organisation; and those of one account (its factors taken away, its mail moved by rules) besides.
bool is_place_setting(std::string_view slot);
bool is_mail_setting(std::string_view slot);
bool is_setting(std::string_view slot);

// Slots of rights that they gave to somebody. Whoever got one can do more from then on and is nobody of
// theirs for it: it is taken back, and the account stays.
bool is_given_right(std::string_view slot);

// What they were seen to come in by is planted in reach as "used-" and its slot ("used-token"): they have it,
// and its owner uses it too.
inline constexpr std::string_view kUsed = "used-";
std::string_view slot_used(std::string_view slot);  // "token" of "used-token"; else the slot itself

}  // namespace dislodge::identity
