#pragma once
// All sightings of a case in memory: each as it is encoded in the case file, one behind the other, some 170
// bytes and no allocation of its own. There may be ten million of them.
//
//   for (const StoredSighting &row : table) ...        each is put together when it is asked for, and gone
//                                                      after its turn
//   for (std::size_t i = 0; i < table.size(); ++i) { const SightingTable::Row row = table.row(i); ... }
//                                                      borrowed from the table, and many times cheaper

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "secret/sighting.hpp"
#include "secret/sighting_view.hpp"

namespace dislodge::engine {

// A sighting as the case keeps it: with the secret's id and the record around it.
struct StoredSighting {
  std::int64_t evidence = 0;
  std::string secret;         // 32 hex digits
  std::int64_t record = 0;    // record row, 0 none
  secret::Sighting sighting;  // sighting.value is meaningless here
};

class SightingTable {
 public:
  // What a row says; valid as long as the table, also when that is moved.
  struct Row {
    std::int64_t evidence = 0;
    std::int64_t record = 0;
    std::string_view secret;
    secret::SightingView sighting;
    StoredSighting whole() const;
  };
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = StoredSighting;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = StoredSighting;
    Iterator(const SightingTable &table, std::size_t at) : table_(&table), at_(at) {}
    StoredSighting operator*() const { return (*table_)[at_]; }
    Iterator &operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator &a, const Iterator &b) { return a.at_ == b.at_; }

   private:
    const SightingTable *table_;
    std::size_t at_;
  };

  SightingTable() = default;
  SightingTable(std::initializer_list<StoredSighting> rows) {
    for (const StoredSighting &row : rows) push_back(row);
  }

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }
  Row row(std::size_t at) const;
  std::string_view secret(std::size_t at) const;  // row(at).secret, without looking at the rest
  StoredSighting operator[](std::size_t at) const { return row(at).whole(); }

  void reserve(std::size_t rows) { rows_.reserve(rows); }
  void push_back(const StoredSighting &row);
  // `body`: as Sighting::encode() wrote it; a damaged one is an error.
  base::Result<void> add(std::int64_t evidence, std::string_view secret, std::int64_t record,
                         std::string_view body);
  void replace(std::size_t at, const StoredSighting &row);
  // By item, offset and secret; equal ones stay in their order. Quick where the rows of a piece of evidence
  // stand together.
  void sort();

 private:
  struct Head {  // in front of the secret and the body of each row
    std::int64_t evidence, record;
    std::uint32_t secret_bytes, body_bytes;
  };
  const char *keep(std::int64_t evidence, std::string_view secret, std::int64_t record,
                   std::string_view body);
  std::string_view item(std::size_t at) const;

  std::vector<const char *> rows_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char *next_ = nullptr;  // in the last block
  std::size_t room_ = 0;
};

}  // namespace dislodge::engine
