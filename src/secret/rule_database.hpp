#pragma once
// Patterns as a Hyperscan database: loosened where what they ask in front can be left to RE2, compiled,
// stored as bytes, and taken out of these when they are first needed.

#include <hs/hs.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "secret/rule.hpp"

namespace dislodge::secret {

struct FreeDatabase {
  void operator()(hs_database_t *database) const { hs_free_database(database); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;

struct Expression {
  std::string pattern;
  unsigned flags = 0;
  unsigned id = 0;
};

// The library's version and the processor's kind, on which the bytes depend.
std::string platform_name();

// A pattern for the database that ends wherever the rule's own does, and is cheaper to look for: what it asks
// of the bytes in front is left to RE2. "\b", "(?:^|[^a-z])" go; of "[a-z]{1,100}:" one letter stays, since
// a match with more letters ends in the same place.
std::string loosened(std::string_view pattern);

// Bytes that a match can span, at most `limit`. An error begins with `what`.
base::Result<std::size_t> width_of_pattern(const std::string &pattern, std::string_view what,
                                           std::size_t limit);

// Patterns as one database, serialised. An error names the rule or says "the rules".
base::Result<std::string> compile_database(std::span<const Expression> expressions, const RuleSet &rules);

// A database that is taken out of its serialised form when it is first needed.
struct LazyDatabase {
  std::string_view bytes;
  mutable std::once_flag once;
  mutable Database database;

  const hs_database_t *get() const {
    std::call_once(once, [this] {
      hs_database_t *raw = nullptr;
      if (!bytes.empty() && hs_deserialize_database(bytes.data(), bytes.size(), &raw) != HS_SUCCESS)
        throw std::logic_error("the compiled rules do not load, although their digest holds");
      database.reset(raw);
    });
    return database.get();
  }
};

}  // namespace dislodge::secret
