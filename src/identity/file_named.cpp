#include "identity/file_named.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/encode.hpp"

namespace dislodge::identity {
namespace {

constexpr std::size_t kOktaIdLength = 20;

// Words that say what is listed, or where it is kept, and not of which repository.
constexpr std::array<std::string_view, 25> kWhatIsListed = {
    "collaborators", "collaborator", "collabs",    "members",     "member", "users", "user",
    "keys",          "key",          "permission", "permissions", "access", "all",   "outside",
    "direct",        "github",       "gitlab",     "gh",          "glab",   "repo",  "repos",
    "repository",    "repositories", "page",       "listing"};

bool is_word_of_listings(std::string_view word) {
  return std::find(kWhatIsListed.begin(), kWhatIsListed.end(), word) != kWhatIsListed.end();
}

bool is_number(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_separator(char c) {
  return c == '-' || c == '_' || c == '.' || c == ' ';
}

// What is left of a name when words of listings, dates and numbers of pages are taken from both of its ends.
std::string_view without_words_of_listings(std::string_view name) {
  const auto idle = [](std::string_view word) {
    return word.empty() || is_word_of_listings(word) || is_number(word);
  };
  while (!name.empty()) {
    const auto end =
        static_cast<std::size_t>(std::find_if(name.begin(), name.end(), is_separator) - name.begin());
    if (!idle(name.substr(0, end))) break;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  while (!name.empty()) {
    std::size_t begin = name.size();
    while (begin > 0 && !is_separator(name[begin - 1])) --begin;
    if (!idle(name.substr(begin))) break;
    name = name.substr(0, begin == 0 ? 0 : begin - 1);
  }
  return name;
}

// The folders that a file lies in, the nearest last.
std::string of_folders(std::vector<std::string_view> parts) {
  if (parts.empty() || parts.back().ends_with('!') || without_words_of_listings(parts.back()).empty())
    return {};
  const std::string repository(parts.back());
  parts.pop_back();
  const bool owned = !parts.empty() && !parts.back().ends_with('!') && parts.back() != "evidence" &&
                     !without_words_of_listings(parts.back()).empty();
  return (owned ? std::string(parts.back()) : "?") + "/" + repository;
}

}  // namespace

std::string_view file_of(const Row &row) {
  const std::string_view place = row.evidence;
  return place.substr(0, place.rfind(":line "));
}

std::string repository_of_file(std::string_view path) {
  const std::string lowered = base::lower(path);
  std::vector<std::string_view> parts;
  for (std::string_view rest = lowered; !rest.empty();) {
    // A member of an archive is "listings.zip!/acme/shop/keys.json".
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (end > 0) parts.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (parts.empty()) return {};
  std::string_view stem = parts.back();
  parts.pop_back();
  for (const std::string_view ending : {".gz", ".json", ".jsonl", ".ndjson", ".csv", ".txt"})
    if (stem.ends_with(ending)) stem.remove_suffix(ending.size());
  // "deploy" is a name that repositories have, but for this one word.
  for (const std::string_view word : {"deploy-keys", "deploy_keys", "deploykeys"}) {
    if (stem == word) return of_folders(std::move(parts));
    if (stem.starts_with(word)) stem.remove_prefix(word.size());
    if (stem.ends_with(word)) stem.remove_suffix(word.size());
  }
  if (const std::string_view name = without_words_of_listings(stem); !name.empty())
    return "?/" + std::string(name);
  return of_folders(std::move(parts));
}

std::string_view okta_id_of_file(std::string_view path, std::string_view prefix) {
  const auto is_part = [&](std::size_t at) {
    return at < path.size() && std::isalnum(static_cast<unsigned char>(path[at])) != 0;
  };
  for (std::size_t at = path.find(prefix); at != std::string_view::npos; at = path.find(prefix, at + 1)) {
    if (at > 0 && is_part(at - 1)) continue;
    std::size_t end = at;
    while (is_part(end)) ++end;
    if (end - at == kOktaIdLength) return path.substr(at, kOktaIdLength);
  }
  return {};
}

}  // namespace dislodge::identity
