#pragma once
// A sink for who reads without keeping: nothing is recorded, and what cannot be read is told nowhere.

#include "base/limits.hpp"
#include "evidence/sink.hpp"

namespace dislodge::evidence {

class DeafSink : public Sink {
 public:
  RecordId record(Record) override { return 0; }
  std::size_t text(const TextView &) override { return 0; }
  std::size_t child(const ItemView &) override { return 0; }
  void unread(Unread) override {}
  const base::Limits &limits() const override { return limits_; }

 private:
  base::Limits limits_;
};

}  // namespace dislodge::evidence
