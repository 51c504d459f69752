#pragma once
// What tests of log/ share: a sink that keeps what it is told, and reading a text as a log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "evidence/sink.hpp"
#include "log/event.hpp"
#include "log/reader.hpp"

namespace dislodge::log {

class KeepingSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { parts.push_back(std::move(part)); }
  const base::Limits &limits() const override { return limits_; }

  std::vector<evidence::Unread> parts;
  base::Limits limits_;
};

struct ReadLog {
  EventTable table;
  ReadCounts counts;
  std::vector<evidence::Unread> unread;
  std::string error;

  std::string_view text(std::size_t event, base::StringId Event::*field) const {
    return table.text(table.events.at(event).*field);
  }
  std::string_view extra(std::size_t event, std::string_view key) const {
    return table.extra(table.events.at(event), key);
  }
};

inline ReadLog read_text(std::string_view bytes, const ReadOptions &options = {},
                         std::string_view item = "logs/a.json", const base::Limits &limits = {}) {
  ReadLog result;
  KeepingSink sink;
  sink.limits_ = limits;
  evidence::ItemView view;
  view.path = item;
  view.bytes = bytes;
  auto counts = read_log(view, result.table, sink, options);
  if (counts)
    result.counts = std::move(*counts);
  else
    result.error = counts.error().message;
  result.unread = std::move(sink.parts);
  return result;
}

inline std::string fixture(const std::string &name) {
  return std::string(DISLODGE_SOURCE_DIR) + "/tests/log/data/" + name;
}

}  // namespace dislodge::log
