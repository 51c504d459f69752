#include "engine/canaries.hpp"

#include <algorithm>
#include <string_view>

#include "base/encode.hpp"
#include "base/json_writer.hpp"

namespace dislodge::engine {
namespace {

constexpr std::string_view kCanaries = "canaries";  // one a line
constexpr std::string_view kNone = "none";

}  // namespace

base::Result<std::vector<std::string>> kept_canaries(casefile::Case &the_case) {
  DISLODGE_TRY_ASSIGN(const std::string text, the_case.meta(kCanaries));
  std::vector<std::string> canaries;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.size(), text.find('\n', begin));
    if (end > begin) canaries.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return canaries;
}

base::Result<void> keep_canaries(casefile::Case &the_case, const std::vector<std::string> &canaries) {
  DISLODGE_TRY_ASSIGN(const std::vector<std::string> before, kept_canaries(the_case));
  std::vector<std::string> all = before;
  for (const std::string &one : canaries) {
    std::string name(base::trim(one));
    std::replace(name.begin(), name.end(), '\n', ' ');
    if (name == kNone)
      all.clear();
    else if (!name.empty() && std::find(all.begin(), all.end(), name) == all.end())
      all.push_back(std::move(name));
  }
  if (all == before) return {};
  std::string text;
  for (const std::string &one : all) text += one + '\n';
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY(the_case.set_meta(kCanaries, text));
  base::JsonWriter json;
  json.object([&] { json.list_field("canaries", all); });
  DISLODGE_TRY(the_case.journal().append("canaries", json.text()));
  return transaction.commit();
}

}  // namespace dislodge::engine
