#pragma once
// When mailboxes could be read, and whether a message lay there then: what came after the exposure ended was
// not exposed, and a customer who is told otherwise cannot be untold.
//
//   const ReadableMail readable(picture);       // after reach
//   readable.lay_there(row, mailbox);           // at some time at which the mailbox could be read

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/intervals.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

class ReadableMail {
 public:
  explicit ReadableMail(const Picture &picture);

  // By address, in lower case. Empty where it is within nobody's reach.
  const base::IntervalSet &of(std::string_view mailbox) const;
  std::set<std::string, std::less<>> mailboxes() const;  // those that could be read at any time
  // A message is in a mailbox from its receipt on (else its sending; where neither is known, always): when it
  // left is not known. `mailbox` empty: by what was stated of its evidence.
  bool lay_there(const StoredRecord &message, std::string_view mailbox) const;
  // From the earliest to the latest time at which any of the mailboxes could be read. An end that is open, or
  // not known, is kTimeMin or kTimeMax.
  base::Interval span() const;

 private:
  std::map<std::string, base::IntervalSet, std::less<>> mailboxes_;
  std::map<std::int64_t, base::IntervalSet> evidence_;
};

}  // namespace dislodge::engine
