#pragma once
// Which source a record is of, and where in it the source's own record lies: search systems and collectors
// put their own around what they pass on.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/json.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

// What is looked at to recognise a file.
inline constexpr std::size_t kHeadBytes = 1 << 20;
inline constexpr std::size_t kHeadRecords = 32;

struct Recognised {
  const SourceReader *reader = nullptr;
  Json record;
};

// Sources of consecutive records are the same: the last one is asked first.
class Recogniser {
 public:
  // The source of the record itself; null where none knows it.
  const SourceReader *direct(const Json &record);
  // Of the record or of what it is wrapped around.
  std::optional<Recognised> operator()(const Json &record);

 private:
  std::optional<Recognised> inside(const Json &record, int deep);

  const SourceReader *last_ = nullptr;
};

// A row of a table as a JSON object: headings are names. Log Analytics splits columns into X_dynamic,
// X_string.
std::string row_as_json(const std::vector<std::string> &columns, const std::vector<std::string_view> &fields);

bool begins_json(std::string_view bytes);

}  // namespace dislodge::log
