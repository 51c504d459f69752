// SQLite databases (sqlite.org/fileformat2.html), read page by page by ourselves: no SQL of the evidence is
// run, a damaged tree gives its sound pages, and what was deleted but not overwritten is read as strings.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/charset.hpp"
#include "evidence/recognise.hpp"
#include "file/document.hpp"
#include "file/readers.hpp"
#include "file/strings.hpp"

namespace dislodge::file {
namespace {

using evidence::ItemType;
using evidence::LedgerState;

constexpr std::size_t kHeader = 100;
constexpr std::uint8_t kInnerIndex = 2;
constexpr std::uint8_t kInnerTable = 5;
constexpr std::uint8_t kLeafIndex = 10;
constexpr std::uint8_t kLeafTable = 13;
constexpr std::size_t kColumnsMax = 32'767;  // what SQLite itself allows
constexpr std::size_t kBlobTextMax = 1u << 20;
constexpr std::size_t kTablesMax = 100'000;

std::uint32_t big(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i)
    value = value << 8 | (at + static_cast<std::size_t>(i) < bytes.size()
                              ? static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)])
                              : 0);
  return value;
}

// One to nine bytes, the highest first. False at the end of the bytes.
bool varint(std::string_view bytes, std::size_t &at, std::uint64_t &value) {
  value = 0;
  for (int i = 0; i < 9; ++i) {
    if (at >= bytes.size()) return false;
    const auto c = static_cast<unsigned char>(bytes[at++]);
    if (i == 8) {
      value = value << 8 | c;
      return true;
    }
    value = value << 7 | (c & 0x7F);
    if ((c & 0x80) == 0) return true;
  }
  return true;
}

// The names of the columns in "CREATE TABLE t (a TEXT, "b c" BLOB, PRIMARY KEY (a))".
std::vector<std::string> columns_of(std::string_view sql) {
  std::vector<std::string> out;
  std::size_t at = sql.find('(');
  if (at == std::string_view::npos) return out;
  ++at;
  while (at < sql.size() && out.size() < kColumnsMax) {
    while (at < sql.size() && (static_cast<unsigned char>(sql[at]) <= ' ' || sql[at] == ',')) ++at;
    if (at >= sql.size() || sql[at] == ')') break;
    std::string name;
    const char open = sql[at];
    if (open == '"' || open == '`' || open == '\'' || open == '[') {
      const std::size_t end = sql.find(open == '[' ? ']' : open, at + 1);
      if (end == std::string_view::npos) break;
      name = std::string(sql.substr(at + 1, end - at - 1));
      at = end + 1;
    } else {
      const std::size_t end = std::min(sql.find_first_of(" \t\r\n,()", at), sql.size());
      name = std::string(sql.substr(at, end - at));
      const std::string word = base::lower(name);
      if (word == "primary" || word == "unique" || word == "check" || word == "foreign" ||
          word == "constraint")
        return out;
      at = end;
    }
    out.push_back(std::move(name));
    for (int depth = 0; at < sql.size(); ++at) {
      if (sql[at] == '(') ++depth;
      if (sql[at] == ')' && depth-- == 0) return out;
      if (sql[at] == ',' && depth == 0) break;
    }
  }
  return out;
}

// A column whose numbers may be secrets.
bool keeps_numbers(std::string_view column) {
  const std::string name = base::lower(column);
  for (const std::string_view word : {"pass", "pin", "secret", "token", "code", "otp", "key"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

// What a column is called before its value: "password_value" and "encPwd" say no more than "password", which
// is how people write it and rules know it.
std::string label_of(std::string_view column) {
  const std::string name = base::lower(column);
  for (const std::string_view word : {"password", "passwd", "passphrase", "pwd"})
    if (name.find(word) != std::string::npos)
      return word == "pwd" || word == "passwd" ? "password" : std::string(word);
  return base::to_valid_utf8(column);
}

// Tables of settings: one column names what the other holds.
bool one_of(std::string_view column, std::initializer_list<std::string_view> names) {
  const std::string name = base::lower(column);
  return std::find(names.begin(), names.end(), name) != names.end();
}

class SqliteReader {
 public:
  SqliteReader(const evidence::ItemView &item, evidence::RecordId within, evidence::Sink &sink)
      : item_(item), bytes_(item.bytes), within_(within), sink_(sink), out_(item, within, sink) {}

  base::Result<void> run() {
    page_size_ = big(bytes_, 16, 2) == 1 ? 65536 : big(bytes_, 16, 2);
    if (bytes_.size() < kHeader || page_size_ < 512 || (page_size_ & (page_size_ - 1)) != 0)
      return base::fail(base::ErrorKind::damaged,
                        "the header of the database is damaged; ask for the file again");
    usable_ = page_size_ - static_cast<unsigned char>(bytes_[20]);
    if (usable_ < 480) usable_ = page_size_;
    encoding_ = big(bytes_, 56, 4);
    pages_ = (bytes_.size() + page_size_ - 1) / page_size_;
    seen_.resize(pages_ + 1);
    budget_ = std::max<std::uint64_t>(sink_.limits().expansion_grace_bytes, bytes_.size() * 4);

    struct Table {
      std::string name;
      std::vector<std::string> columns;
      bool rowid = true;
      std::uint32_t root = 0;
    };
    std::vector<Table> tables;
    Walk schema{.name = "sqlite_schema", .columns = {"type", "name", "table", "root", "sql"}};
    schema.row = [&](const std::vector<Value> &values) {
      if (values.size() < 5 || values[0].text != "table" || values[3].number <= 0 ||
          tables.size() >= kTablesMax)
        return;
      Table table;
      table.name = values[1].text;
      const std::string sql = base::lower(values[4].text);
      table.rowid = sql.find("without rowid") == std::string::npos;
      if (table.rowid) table.columns = columns_of(values[4].text);
      table.root = static_cast<std::uint32_t>(std::min<std::int64_t>(values[3].number, UINT32_MAX));
      tables.push_back(std::move(table));
    };
    walk(1, schema);
    for (const Table &table : tables) {
      Walk rows{.name = table.name, .columns = table.columns};
      for (const std::string &column : table.columns) rows.numbers.push_back(keeps_numbers(column));
      rows.index = !table.rowid;
      walk(table.root, rows);
    }
    out_.finish();
    leftovers();
    account();
    return {};
  }

 private:
  struct Value {
    std::string text;  // UTF-8; of a blob its bytes
    bool blob = false;
    bool null = true;
    std::int64_t number = 0;
    bool is_number = false;
  };
  struct Walk {
    std::string name;
    std::vector<std::string> columns;
    std::vector<bool> numbers = {};  // columns whose numbers are told
    bool index = false;              // a table without row ids lies in an index tree
    std::function<void(const std::vector<Value> &)> row = {};
  };

  std::string_view page(std::uint32_t number) const {
    if (number == 0 || number > pages_) return {};
    return bytes_.substr(static_cast<std::size_t>(number - 1) * page_size_, page_size_);
  }

  // A tree, depth first, each page once however often it is named.
  void walk(std::uint32_t root, const Walk &walk) {
    std::vector<std::uint32_t> open{root};
    while (!open.empty()) {
      const std::uint32_t number = open.back();
      open.pop_back();
      const std::string_view page = this->page(number);
      if (page.empty() || seen_[number]) continue;
      const std::size_t head = number == 1 ? kHeader : 0;
      const auto type = static_cast<std::uint8_t>(big(page, head, 1));
      const bool inner = type == kInnerTable || type == kInnerIndex;
      if (!inner && type != kLeafTable && type != kLeafIndex) {
        ++damaged_pages_;
        continue;  // its strings are read with what is left over
      }
      seen_[number] = true;
      const std::size_t cells = big(page, head + 3, 2);
      const std::size_t pointers = head + (inner ? 12 : 8);
      if (inner) open.push_back(big(page, head + 8, 4));
      std::vector<std::uint32_t> children;
      for (std::size_t i = 0; i < cells && pointers + 2 * i + 2 <= page.size(); ++i) {
        const std::size_t at = big(page, pointers + 2 * i, 2);
        if (at >= page.size()) continue;
        if (inner) children.push_back(big(page, at, 4));
        if (type == kLeafTable)
          cell(page, at, false, walk, number);
        else if (type == kLeafIndex && walk.index)
          cell(page, at, true, walk, number);
        else if (type == kInnerIndex && walk.index)
          cell(page, at + 4, true, walk, number);
      }
      open.insert(open.end(), children.rbegin(), children.rend());
      // Between pointers and cells lies what was deleted; freed cells are chained.
      const std::size_t content = big(page, head + 5, 2) == 0 ? 65536 : big(page, head + 5, 2);
      const std::size_t gap = pointers + 2 * cells;
      if (!inner && gap < content && content <= page.size()) emit_free(page.substr(gap, content - gap));
      std::size_t block = big(page, head + 1, 2);
      for (int i = 0; i < 1000 && block >= gap && block + 4 <= page.size(); ++i) {
        emit_free(page.substr(block, big(page, block + 2, 2)));
        const std::size_t next = big(page, block, 2);
        if (next <= block) break;
        block = next;
      }
    }
  }

  void cell(std::string_view page, std::size_t at, bool index, const Walk &walk, std::uint32_t number) {
    std::uint64_t size = 0;
    std::uint64_t rowid = 0;
    if (!varint(page, at, size) || (!index && !varint(page, at, rowid))) return;
    if (size > sink_.limits().member_bytes_max || size > budget_) {
      cut_ = true;
      return;
    }
    budget_ -= size;
    // How much of a record lies in its page (section 1.6).
    const std::uint64_t most = index ? (usable_ - 12) * 64 / 255 - 23 : usable_ - 35;
    const std::uint64_t least = (usable_ - 12) * 32 / 255 - 23;
    std::uint64_t local = size;
    if (size > most) {
      const std::uint64_t fit = least + (size - least) % (usable_ - 4);
      local = fit <= most ? fit : least;
    }
    if (at > page.size()) return;
    std::string joined;
    std::string_view payload = page.substr(at, static_cast<std::size_t>(local));
    if (local < size) {
      joined = payload;
      std::uint32_t next = big(page, at + static_cast<std::size_t>(local), 4);
      while (joined.size() < size) {
        const std::string_view more = this->page(next);
        // A page belongs to one record; a second record that claims it ends there.
        if (more.size() < 4 || seen_[next]) {
          cut_ = true;
          break;
        }
        seen_[next] = true;
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(usable_ - 4, size - joined.size()));
        joined += more.substr(4, want);
        next = big(more, 0, 4);
        if (more.size() < 4 + want) break;
      }
      payload = joined;
    }
    record(payload, walk, rowid, number);
  }

  void record(std::string_view payload, const Walk &walk, std::uint64_t rowid, std::uint32_t number) {
    std::size_t at = 0;
    std::uint64_t header = 0;
    if (!varint(payload, at, header) || header > payload.size()) return;
    auto body = static_cast<std::size_t>(header);
    std::vector<Value> values;
    while (at < header && values.size() < kColumnsMax) {
      std::uint64_t type = 0;
      if (!varint(payload, at, type)) break;
      Value value;
      static constexpr std::size_t kSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
      std::uint64_t size = type < 10 ? kSizes[type] : type < 12 ? 0 : (type - 12) / 2;
      size = std::min<std::uint64_t>(size, payload.size() - std::min(body, payload.size()));
      const std::string_view raw =
          payload.substr(std::min(body, payload.size()), static_cast<std::size_t>(size));
      body += raw.size();
      value.null = type == 0;
      if (type >= 12) {
        value.blob = type % 2 == 0;
        value.text = value.blob ? std::string(raw) : text_of(raw);
      } else if (type >= 1 && type <= 6) {
        value.is_number = true;
        value.number = raw.empty() ? 0 : static_cast<signed char>(raw[0]);
        for (std::size_t i = 1; i < raw.size(); ++i)
          value.number = static_cast<std::int64_t>(static_cast<std::uint64_t>(value.number) << 8 |
                                                   static_cast<unsigned char>(raw[i]));
      } else if (type == 8 || type == 9) {
        value.is_number = true;
        value.number = type == 9;
      }
      values.push_back(std::move(value));
    }
    if (walk.row) walk.row(values);
    tell(values, walk, rowid, number);
  }

  // "column: value", one a line, rows apart by an empty line.
  void tell(const std::vector<Value> &values, const Walk &walk, std::uint64_t rowid, std::uint32_t number) {
    bool any = false;
    std::optional<std::size_t> setting;
    for (std::size_t i = 0; i < values.size() && i < walk.columns.size(); ++i)
      if (!setting && one_of(walk.columns[i], {"key", "name", "k", "setting", "option", "property"}) &&
          !values[i].blob && values[i].text.size() <= 200 && !values[i].text.empty())
        setting = i;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Value &value = values[i];
      const std::string_view column = i < walk.columns.size() ? std::string_view(walk.columns[i]) : "";
      std::string_view text = value.text;
      std::string number_text;
      if (value.blob) {
        if (text.size() < 4) continue;
        const evidence::TextEncoding kind = evidence::text_encoding(text.substr(0, 4096));
        if (text.size() > kBlobTextMax || kind == evidence::TextEncoding::binary) {
          blob(walk.name, rowid, number, column, i, text);
          continue;
        }
        number_text = std::string(evidence::to_utf8(text).view());
        text = number_text;
      } else if (value.is_number) {
        if (i >= walk.numbers.size() || !walk.numbers[i]) continue;
        number_text = fmt::format("{}", value.number);
        text = number_text;
      }
      if (text.empty()) continue;
      if (!column.empty()) {
        // The value of a setting stands behind its name.
        const bool of_setting = i > 0 && setting && one_of(column, {"value", "val", "v", "data"});
        out_.add(of_setting ? label_of(values[*setting].text) : label_of(column));
        out_.add(": ");
      }
      out_.add(base::to_valid_utf8(text));
      out_.line();
      any = true;
    }
    if (any) {
      out_.add('\n');
      out_.line();
    }
  }

  void blob(const std::string &table, std::uint64_t rowid, std::uint32_t number, std::string_view column,
            std::size_t position, std::string_view bytes) {
    const std::string name = column.empty() ? fmt::format("{}", position) : std::string(column);
    const std::string step =
        base::escape_step(rowid != 0 ? fmt::format("{}/{}/{}", table, rowid, name)
                                     : fmt::format("{}/page {}/{}", table, number, name));
    const std::string path = base::join_item(item_.path, step);
    evidence::ItemView child;
    child.path = path;
    child.bytes = bytes;
    child.depth = item_.depth + 1;
    child.within = within_;
    if (const ItemType type = evidence::recognise(bytes);
        type != ItemType::unknown && type != ItemType::text) {
      child.type = type;
      sink_.child(child);
      return;
    }
    emit_strings(child, bytes, within_, kBinaryRun, sink_);
  }

  std::string text_of(std::string_view raw) const {
    if (encoding_ == 2)
      return std::string(evidence::to_utf8(raw.substr(0, raw.size() / 2 * 2), "utf-16le").view());
    if (encoding_ == 3)
      return std::string(evidence::to_utf8(raw.substr(0, raw.size() / 2 * 2), "utf-16be").view());
    return base::to_valid_utf8(raw);
  }

  void emit_free(std::string_view part) {
    if (part.size() >= 8 && part.find_first_not_of('\0') != std::string_view::npos)
      emit_strings(item_, part, within_, kBinaryRun, sink_);
  }

  // Free pages, pages of lost trees, and indexes, whose texts are in their tables already.
  void leftovers() {
    for (std::uint32_t number = 1; number <= pages_; ++number) {
      if (seen_[number]) continue;
      const std::string_view page = this->page(number);
      const auto type = static_cast<std::uint8_t>(big(page, number == 1 ? kHeader : 0, 1));
      const bool index = type == kInnerIndex || type == kLeafIndex;
      if (!index) emit_free(page);
    }
  }

  void account() {
    if (!cut_ && damaged_pages_ == 0) return;
    evidence::Unread part;
    part.bytes = std::min<std::uint64_t>(bytes_.size(), damaged_pages_ * page_size_);
    part.state = damaged_pages_ > 0 ? LedgerState::damaged : LedgerState::read_in_part;
    part.reason = damaged_pages_ > 0
                      ? fmt::format("{} pages of the database are damaged: only their strings were read",
                                    damaged_pages_)
                      : "records of the database that break off or pass a limit";
    part.remedy = "ask for the file again, with its -wal file beside it";
    sink_.unread(std::move(part));
  }

  const evidence::ItemView &item_;
  std::string_view bytes_;
  evidence::RecordId within_;
  evidence::Sink &sink_;
  ExtractedText out_;
  std::size_t page_size_ = 0;
  std::uint64_t usable_ = 0;
  std::uint32_t encoding_ = 1;
  std::size_t pages_ = 0;
  std::vector<bool> seen_;
  std::uint64_t budget_ = 0;  // bytes of records that may still be put together
  std::uint64_t damaged_pages_ = 0;
  bool cut_ = false;
};

}  // namespace

base::Result<void> read_sqlite(const evidence::ItemView &item, evidence::Sink &sink) {
  return SqliteReader(item, record_of(item, sink), sink).run();
}

}  // namespace dislodge::file
