// Tables: whole and in two ranges must give the same rows where every row fits the header.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "log/csv.hpp"

namespace {

using dislodge::log::BadSpan;
using dislodge::log::CsvRow;
using dislodge::log::CsvTable;

std::uint64_t read(CsvTable table, std::uint64_t size) {
  CsvRow row;
  std::uint64_t rows = 0, last = 0;
  while (table.next(row, [&](const BadSpan &bad) {
    if (bad.offset + bad.length > size) __builtin_trap();
  })) {
    if (row.offset < last || row.offset + row.length > size) __builtin_trap();
    last = row.offset + row.length;
    ++rows;
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  const dislodge::base::Limits limits;
  read(CsvTable(bytes, limits), size);
  read(CsvTable(bytes, limits, {}, 0, size / 2), size);
  read(CsvTable(bytes, limits, {}, size / 2, size), size);
  read(CsvTable(bytes, limits, "a,b,c"), size);
  return 0;
}
