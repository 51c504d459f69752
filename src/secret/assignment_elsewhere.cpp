#include "secret/assignment_elsewhere.hpp"

#include <algorithm>
#include <string>

#include "base/encode.hpp"
#include "secret/assignment_lexis.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

// "- name: DB_PASSWORD", and "value: x" on the next line or as the next member.
bool member_value(std::string_view text, std::size_t &at, AssignmentCandidate &out) {
  std::size_t i = at;
  if (i < text.size() && text[i] == ',') ++i;
  const std::size_t stop = std::min(text.size(), i + kAssignmentGapMax);
  while (i < stop && is_space(text[i])) ++i;
  if (i == at) return false;
  if (const QuoteMark mark = mark_at(text, i); mark.quote != '\0') i += mark.size;
  if (!starts_at(text, i, "value")) return false;
  i += 5;
  if (const QuoteMark mark = mark_at(text, i); mark.quote != '\0') i += mark.size;
  skip_blanks(text, i);
  if (i >= text.size() || (text[i] != ':' && text[i] != '=')) return false;
  const bool attribute = text[i] == '=';
  if (attribute && mark_at(text, i + 1).quote == '\0') return false;
  at = i + 1;
  out.tie = attribute ? Tie::attribute : Tie::colon;
  return true;
}

// <entry key="password">x</entry>, <string name="api_key" translatable="false">x</string>
bool element_value(std::string_view text, std::size_t &at, AssignmentCandidate &out) {
  if (!out.name_quoted || at >= text.size()) return false;
  const char before = out.name_begin >= 2 ? text[out.name_begin - 2] : '\0';
  if (before != '=') return false;
  const std::string_view rest = text.substr(at, kAssignmentGapMax);
  const std::size_t close = rest.find('>');
  if (close == std::string_view::npos || rest.find_first_of("<\n") < close) return false;
  if (close > 0 && rest[close - 1] == '/') return false;
  if (rest.substr(0, close).find("value") != std::string_view::npos) return false;
  const std::string_view value = text.substr(at + close + 1, kPlainMax);
  const std::size_t end = value.find('<');
  if (end == std::string_view::npos || end == 0 || !value.substr(end).starts_with("</")) return false;
  at += close + 1;
  out.tie = Tie::element;
  return true;
}

// The comma or bracket behind an item of a list.
std::size_t item_end(std::string_view text, std::size_t at) {
  const std::size_t stop = std::min(text.size(), at + kPlainMax);
  int depth = 0;
  for (std::size_t i = at; i < stop; ++i) {
    const QuoteMark mark = mark_at(text, i);
    if (mark.quote != '\0') {
      const std::size_t end = quoted_end(text, i + mark.size, mark);
      if (end == std::string_view::npos) return end;
      i = end + mark.size - 1;
      continue;
    }
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && depth-- == 0) return i;
    if (text[i] == ',' && depth == 0) return i;
  }
  return std::string_view::npos;
}

// INSERT INTO users (name, password) VALUES ('kim', 'x'): the value of the same column in the first row.
bool row_value(std::string_view text, std::size_t &at, AssignmentCandidate &out) {
  constexpr std::size_t kRowReach = 400;
  if (at >= text.size() || (text[at] != ',' && text[at] != ')')) return false;
  const std::size_t low = out.name_begin > kRowReach ? out.name_begin - kRowReach : 0;
  const std::string_view before = text.substr(low, out.name_begin - low);
  const std::size_t open = before.rfind('(');
  if (open == std::string_view::npos || before.substr(open).find(';') != std::string_view::npos) return false;
  const std::string lead = base::lower(before.substr(0, open));
  const std::size_t insert = lead.rfind("insert");
  if (insert == std::string::npos || lead.size() - insert > 120) return false;
  const auto columns = static_cast<std::size_t>(
      std::count(before.begin() + static_cast<std::ptrdiff_t>(open), before.end(), ','));
  const std::string_view after = text.substr(at, kRowReach);
  const std::size_t close = after.find(')');
  if (close == std::string_view::npos) return false;
  std::size_t i = at + close + 1;
  while (i < text.size() && is_space(text[i])) ++i;
  if (!starts_at(text, i, "values")) return false;
  i = text.find('(', i);
  if (i == std::string_view::npos || i > at + close + 24) return false;
  ++i;
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t end = item_end(text, i);
    out.looked_to = end == std::string_view::npos ? i + kAssignmentQuotedMax : end;
    if (end == std::string_view::npos || text[end] != ',') return false;
    i = end + 1;
  }
  while (i < text.size() && is_space(text[i])) ++i;
  out.looked_to = i;
  if (mark_at(text, i).quote == '\0') return false;
  at = i;
  out.tie = Tie::comma;
  return true;
}

// Tests: let(:token) { 'x' }, expect(user.password).to eq('x'), expect(token).toBe("x")
bool expected_value(std::string_view text, std::size_t &at, AssignmentCandidate &out) {
  const char before = out.name_begin > 0 ? text[out.name_begin - 1] : '\n';
  if (before == ' ' || at == 0 || text[at - 1] == '\n') return false;
  std::size_t i = at;
  if (out.name_begin > 0 && text[out.name_begin - 1] == ':' && i < text.size() && text[i] == '{') {
    ++i;
    skip_blanks(text, i);
    if (mark_at(text, i).quote == '\0') return false;
    at = i;
    out.tie = Tie::equals;
    return true;
  }
  if (i >= text.size() || text[i] != '.') return false;
  for (const std::string_view test : {".to eq("sv, ".to eq "sv, ".should == "sv, ".should eq("sv, ".tobe("sv,
                                      ".toequal("sv, ".isequalto("sv, ".to.equal("sv, ".to.eql("sv,
                                      ".to.eq("sv, ".should.equal("sv, ".tostrictequal("sv, ".equals("sv}) {
    if (!starts_at(text, i, test)) continue;
    i += test.size();
    if (mark_at(text, i).quote == '\0') return false;
    at = i;
    out.tie = Tie::compare;
    return true;
  }
  return false;
}

}  // namespace

bool read_elsewhere(std::string_view text, std::size_t &at, AssignmentCandidate &out) {
  return member_value(text, at, out) || element_value(text, at, out) || row_value(text, at, out) ||
         expected_value(text, at, out);
}

}  // namespace dislodge::secret
