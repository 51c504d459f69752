#pragma once
// Lines of lists of stolen logins, "https://site.example/login:user:password": what programs that steal the
// passwords which browsers keep write, and the form in which most of them are sold. Each line is an account
// at its own site, whatever stands in the lines around it.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "secret/prose_text.hpp"

namespace dislodge::secret {

struct LoginLine {
  Span site;  // the URL, or host and path, without its query
  Span login;
  Span password;
};

// The line that begins at `at`; nothing where it is none. Between the three stands ":", "|", ";" or a tab.
// Without a scheme in front ("site.example/vpn:user:password") only where `in_list`.
std::optional<LoginLine> login_line_at(std::string_view text, std::size_t at, bool in_list);

// Further lines of a list, right before and behind those that are known: without a scheme, or whose password
// is a word. `known`: where those lines begin, in order.
std::vector<LoginLine> login_lines_beside(std::string_view text, const std::vector<std::size_t> &known);

}  // namespace dislodge::secret
