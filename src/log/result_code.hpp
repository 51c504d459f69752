#pragma once
// What a result code of Entra's token service means for the secret that was presented.
// Source: learn.microsoft.com/entra/identity-platform/reference-error-codes, and for the question whether the
// password had already been accepted when the error was given: the order of Entra's checks (account,
// password, second factor, conditional access, consent).

#include <cstdint>
#include <string_view>

#include "log/event.hpp"

namespace dislodge::log {

// Any code: 0 is ok; one that is not in the table is an error, since it says nothing about the secret.
Outcome outcome_of_entra(std::int32_t code);

// The code behind a name in the unified audit log's LogonError ("InvalidUserNameOrPassword"); 0 where
// unknown.
std::int32_t code_of_logon_error(std::string_view name);

// "the password was wrong (50126)", for sentences.
std::string_view meaning_of_entra(std::int32_t code);

}  // namespace dislodge::log
