#pragma once
// What the readers of tips share: a tip is brought into the spelling of events, kept within the limits of a
// file, and what is left out is counted with its reason.
//
//   TipCollector to(file);   to.add(tip);   to.leave_out("revoked");   to.finish();

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "detect/tips.hpp"

namespace dislodge::detect {

// A message id without its angle brackets.
std::string bare_id(std::string_view id);

class TipCollector {
 public:
  explicit TipCollector(TipFile &file) : file_(file) {}
  void add(Tip tip);
  void leave_out(const std::string &why) { ++out_[why]; }
  std::uint64_t next_group() { return ++groups_; }
  void finish();  // what was left out goes to the file

 private:
  TipFile &file_;
  std::map<std::string, std::uint64_t> out_;
  std::size_t agents_ = 0;
  std::uint64_t groups_ = 0;  // of tips that hold only together
};

// A value under the path that a format has for it ("url:value" is told by its host).
Tip tip_of_value(TipKind kind, std::string_view path, std::string value, const std::string &label);
void add_value(TipCollector &to, TipKind kind, std::string_view path, std::string value,
               const std::string &label);

}  // namespace dislodge::detect
