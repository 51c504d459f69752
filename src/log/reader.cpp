#include "log/reader.hpp"

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "log/builder.hpp"
#include "log/csv.hpp"
#include "log/event_xml.hpp"
#include "log/evtx.hpp"
#include "log/json.hpp"
#include "log/native.hpp"
#include "log/query_rows.hpp"
#include "log/recogniser.hpp"
#include "log/shape.hpp"
#include "log/sources.hpp"
#include "log/syslog.hpp"
#include "log/transcode.hpp"

namespace dislodge::log {

namespace {

using base::ErrorKind;
using evidence::LedgerState;

constexpr std::size_t kToldOneByOne = 50;  // unread records told singly; the rest of a file is told in sum
// UTF-16 is turned into UTF-8 in memory: this share of a worker's memory may go there.
constexpr std::uint64_t kTranscodeShare = 4;

class LogReader {
 public:
  LogReader(const evidence::ItemView &item, EventTable &out, evidence::Sink &sink, const ReadOptions &options)
      : item_(item), sink_(sink), options_(options), builder_(out, item.path, options.tenant) {
    builder_.accept_untimed(options.accept_untimed);
  }

  base::Result<ReadCounts> run() {
    std::string_view bytes = item_.bytes;
    if (is_evtx(bytes)) {
      text_ = bytes;
      read_evtx(
          bytes, [&](const RecordSpan &span, std::string json) { take_made(span, std::move(json)); },
          [&](const BadSpan &bad) { lose(bad); });
      tell_rest();
      return std::move(counts_);
    }
    if (const auto order = looks_utf16(bytes)) {
      const std::uint64_t room = sink_.limits().worker_memory_bytes / kTranscodeShare;
      if (bytes.size() > room)
        return base::fail(
            ErrorKind::limit,
            std::string(item_.path) + ": UTF-16 of " + std::to_string(bytes.size()) +
                " bytes passes the worker's memory; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)");
      transcoded_ = from_utf16(bytes, *order);
      bytes = transcoded_->text;
    }
    text_ = bytes;
    builder_.expect_until(std::min<std::uint64_t>(item_.bytes.size(), options_.end));
    if (options_.header.empty() && begins_json(bytes))
      read_json();
    else if (options_.header.empty() && is_event_xml(bytes.substr(0, kHeadBytes)))
      read_event_xml(
          bytes, [&](const RecordSpan &span, std::string json) { take_made(span, std::move(json)); },
          [&](const BadSpan &bad) { lose(bad); });
    else if (options_.header.empty() && looks_syslog(bytes.substr(0, kHeadBytes)))
      read_lines();
    else
      read_csv();
    tell_rest();
    if (counts_.records == 0 && counts_.bytes_unread == 0 && !base::trim(bytes).empty() && !pages_seen_ &&
        !header_seen_)
      return base::fail(ErrorKind::unsupported,
                        std::string(item_.path) + ": no log that is known has this shape");
    return std::move(counts_);
  }

 private:
  void read_json() {
    SplitOptions split;
    split.limits = sink_.limits();
    split.begin = options_.begin;
    split.end = options_.end;
    split.first_line = options_.first_line;
    const SplitResult result = split_json(
        text_, split, [&](const RecordSpan &span) { take_json(span); },
        [&](const BadSpan &bad) { lose(bad); });
    pages_seen_ = result.pages > 0;
    continues_ = continues_ || result.last_page_continues;
    if (!continues_) return;
    counts_.notes.push_back("the last page names a next page that is not in this file");
    builder_.extend_last(kPageContinues, "true");
  }

  void take_json(const RecordSpan &span) {
    if (span.columns_length > 0) {
      take_made(span, rows_.object(text_, span));
      return;
    }
    ++counts_.records;
    const auto record = builder_.arena().parse(text_.substr(span.offset, span.length));
    if (!record)
      lose(span, LedgerState::damaged, "the record " + record.error().message);
    else
      take(span, *record);
  }

  // JSON that was made of a record of another form. Rules look for their words in it, not in the original,
  // which may be binary.
  void take_made(const RecordSpan &span, std::string json) {
    ++counts_.records;
    made_ = json;
    const auto record = builder_.arena().parse(std::move(json));
    if (!record)
      lose(span, LedgerState::damaged, "the record " + record.error().message);
    else
      take(span, *record, made_);
  }

  void take(const RecordSpan &span, const Json &record) {
    take(span, record, text_.substr(span.offset, span.length));
  }

  void take(const RecordSpan &span, const Json &record, std::string_view raw) {
    auto found = recognise_(record);
    // What a normal form left of the product's own fields is read as the product's record; where that cannot
    // be read, the normal form is.
    if (found && may_hold_native(found->record, found->reader->source)) {
      native_ = native_record(found->record, found->reader->source);
      const Json native = native_.empty() ? Json() : builder_.arena().parse_inner(std::string_view(native_));
      const SourceReader *reader = native.is_object() ? recognise_.direct(native) : nullptr;
      if (reader != nullptr && reader->source != Source::ecs && reader->source != Source::ocsf) {
        found = Recognised{reader, native};
        raw = native_;
      }
    }
    if (!found) {
      if (open_page(span, record)) return;
      std::string_view kind = record.any({"category", "Type", "Operation", "eventName", "action"}).text();
      auto &unknown = unknown_[std::string(kind.substr(0, 80))];
      if (unknown.records++ == 0) unknown.first_line = span.line;
      unknown.bytes += original_length(span.offset, span.length);
      return;
    }
    builder_.begin(located(span), found->reader->source);
    const auto read = found->reader->read(found->record, builder_);
    if (!read) {
      builder_.discard();
      lose(span, LedgerState::damaged, read.error().message);
      return;
    }
    if (builder_.event().time.us == 0) ++untimed_;
    if (options_.watcher != nullptr) options_.watcher->saw(found->record, raw, builder_);
    builder_.commit();
    counts_.events += builder_.committed();
  }

  static bool holds_page(const Json &record) {
    bool found = false;
    std::string_view parent;
    const auto looks = [&](const Json &object, std::uint64_t depth) {
      object.for_members([&](std::string_view name, const Json &value) {
        if (value.is_array() && is_page_key(name, depth, parent)) found = true;
      });
    };
    looks(record, 1);
    record.for_members([&](std::string_view name, const Json &value) {
      parent = name;
      if (value.is_object()) looks(value, 2);
    });
    return found;
  }

  // A page that stands on one line among one-line records was taken for one of them.
  bool open_page(const RecordSpan &span, const Json &record) {
    if (!holds_page(record)) return false;
    --counts_.records;
    SplitOptions split;
    split.limits = sink_.limits();
    const std::uint64_t base_offset = span.offset;
    const auto shifted = [&](RecordSpan inner) {
      inner.offset += base_offset;
      inner.column =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(inner.offset - base_offset + 1, UINT32_MAX));
      inner.line += span.line - 1;
      if (inner.columns_length > 0) inner.columns_offset += base_offset;
      return inner;
    };
    // Parsing an inner record forgets the page; nothing of `record` is used from here on.
    std::uint64_t records_inside = 0;
    const SplitResult result = split_json(
        text_.substr(span.offset, span.length), split,
        [&](const RecordSpan &inner) {
          if (inner.offset == 0) return;  // no page after all
          ++records_inside;
          take_json(shifted(inner));
        },
        [&](BadSpan bad) {
          bad.offset += base_offset;
          bad.line += span.line - 1;
          lose(bad);
        });
    continues_ = continues_ || result.last_page_continues;
    if (result.pages > 0) return true;
    ++counts_.records;
    return false;
  }

  // ---- lines ----

  void read_lines() {
    header_seen_ = true;
    std::optional<int> year = options_.year ? options_.year : year_in(item_.path);
    std::optional<SyslogLine> last;
    each_line([&](const RecordSpan &, std::string_view line) {
      if (const auto parsed = parse_syslog_line(line); parsed && parsed->month != 0) last = parsed;
    });
    // Nothing tells the year: the latest in which the last line lies in the past, and every event says so.
    const bool assumed = !year && last;
    if (assumed) {
      const base::Date today = base::date_of(base::now() + base::kDay);
      year = today.year - (std::pair(last->month, last->day) > std::pair(today.month, today.day) ? 1 : 0);
    }
    YearOfLines years(year);
    each_line([&](const RecordSpan &, std::string_view line) {
      if (const auto parsed = parse_syslog_line(line)) years.add(*parsed);
    });
    years.restart();
    each_line([&](const RecordSpan &span, std::string_view line) {
      const auto parsed = parse_syslog_line(line);
      std::optional<base::Time> time;
      if (parsed) time = years.time_of(*parsed);
      if (span.offset < options_.begin || span.offset >= options_.end) return;
      ++counts_.records;
      if (!time) {
        lose(span, LedgerState::damaged,
             parsed ? "there is no such day" : "the line has no head of a kind that is known");
        return;
      }
      builder_.begin(located(span), Source::syslog);
      builder_.event().time = *time;
      read_syslog_message(parsed->host, parsed->program, parsed->process, parsed->message, builder_);
      if (assumed && !parsed->time) builder_.extra("year", "assumed");
      // The host's own time, in a zone that the line does not name.
      if (!parsed->time) builder_.extra("zone", "assumed");
      // A line has no fields of its own: rules see the event.
      if (options_.watcher != nullptr) options_.watcher->saw(Json(), line, builder_);
      builder_.commit();
      ++counts_.events;
    });
    if (!last) return;
    std::string note =
        "its dates have no zone: UTC is assumed, though hosts write their local time (rsyslog's "
        "RSYSLOG_FileFormat and journalctl -o short-iso-precise have one)";
    if (assumed)
      note = "its dates have no year: " + std::to_string(*year) +
             " is assumed for the last; if that is wrong, put the year of its last line into its name, as "
             "auth.log-20240112; " +
             note;
    counts_.notes.push_back(std::move(note));
  }

  template <typename Each>
  void each_line(Each &&each) const {
    RecordSpan span;
    std::uint64_t at = 0;
    for (std::uint64_t line = 1; at < text_.size(); ++line) {
      std::uint64_t end = text_.find('\n', at);
      if (end == std::string_view::npos) end = text_.size();
      const std::string_view bytes = text_.substr(at, end - at);
      if (!base::trim(bytes).empty()) {
        span.offset = at;
        span.length = bytes.size();
        span.line = line;
        each(span, base::trim(bytes));
      }
      at = end + 1;
    }
  }

  // ---- tables ----

  void read_csv() {
    CsvTable table(text_, sink_.limits(), options_.header, options_.begin, options_.end, options_.first_line);
    header_seen_ = table.column("AuditData").has_value() || known_header(table.columns()) || known_rows();
    if (!header_seen_) return;
    builder_.set_date_order(date_order(table));
    const auto data = table.column("AuditData");
    CsvRow row;
    while (table.next(row, [&](const BadSpan &bad) { lose(bad); })) {
      ++counts_.records;
      RecordSpan span{row.offset, row.length, row.line, 1};
      if (row.fields.size() != table.columns().size() && !only_blank_beyond(row, table.columns().size())) {
        const bool last = row.offset + row.length + 2 >= text_.size();
        lose(span, LedgerState::damaged,
             last && row.fields.size() < table.columns().size()
                 ? "the file ends in the middle of this row"
                 : "the row has " + std::to_string(row.fields.size()) + " fields where the header has " +
                       std::to_string(table.columns().size()));
        continue;
      }
      // AuditData says all that the other columns say; they matter only where it leaves something out.
      if (data && *data < row.fields.size()) {
        const auto record = builder_.arena().parse(row.fields[*data]);
        if (record && is_m365_audit(*record) && record->get("CreationTime")) {
          take(span, *record);
          continue;
        }
      }
      const auto record = builder_.arena().parse(row_as_json(table.columns(), row.fields));
      if (!record)
        lose(span, LedgerState::damaged, "the record " + record.error().message);
      else
        take(span, *record);
    }
  }

  static bool only_blank_beyond(const CsvRow &row, std::size_t columns) {
    if (row.fields.size() < columns) return false;
    return std::all_of(row.fields.begin() + static_cast<std::ptrdiff_t>(columns), row.fields.end(),
                       [](std::string_view field) { return base::trim(field).empty(); });
  }

  // A header is known if a row under it, whatever it holds, would be.
  static bool known_header(const std::vector<std::string> &columns) {
    if (columns.size() < 3) return false;
    const std::vector<std::string_view> values(columns.size(), "x");
    JsonArena arena;
    const auto record = arena.parse(row_as_json(columns, values));
    return record && Recogniser()(*record).has_value();
  }

  // Or if one of the first rows is.
  bool known_rows() {
    CsvTable rows(text_, sink_.limits(), options_.header);
    CsvRow row;
    JsonArena arena;
    for (std::size_t i = 0; i < kHeadRecords && rows.next(row, [](const BadSpan &) {}); ++i) {
      const auto record = arena.parse(row_as_json(rows.columns(), row.fields));
      if (record && Recogniser()(*record)) return true;
    }
    return false;
  }

  // Dates written for people: the whole file decides which of its numbers is the month. Log Analytics always
  // writes the month first.
  std::optional<DateOrder> date_order(const CsvTable &table) {
    std::vector<std::size_t> columns;
    for (const std::string_view name :
         {"Date (UTC)", "CreatedDateTime [UTC]", "TimeGenerated [UTC]", "ActivityDateTime [UTC]",
          "CreatedDateTime", "ActivityDateTime", "TimeGenerated", "TimeCreated", "CreationDate", "Received",
          "StartDate", "EndDate", "LastAccessed", "LoginTime", "Login Time", "Date", "Timestamp", "datetime"})
      if (const auto column = table.column(name)) columns.push_back(*column);
    if (columns.empty()) return std::nullopt;
    CsvTable rows(text_, sink_.limits(), options_.header);
    CsvRow row;
    DateOrderVote vote;
    bool needed = false;
    while (rows.next(row, [](const BadSpan &) {})) {
      bool here = false;
      for (const std::size_t column : columns) {
        if (column >= row.fields.size() || !needs_order(row.fields[column])) continue;
        here = true;
        vote.add(row.fields[column]);
      }
      if (!here && !needed) break;  // ISO, like the rest of the file
      needed = true;
    }
    if (!needed) return std::nullopt;
    if (const auto decided = vote.decided()) return decided;
    if (!vote.contradictory() && table.columns()[columns.front()].ends_with("[UTC]"))
      return DateOrder::month_first;
    if (table.column("AuditData")) return std::nullopt;  // which has the time in ISO
    counts_.notes.push_back(vote.contradictory()
                                ? "its dates contradict each other: some have the day first, some the month"
                                : "no date in it tells day from month: export it again with ISO dates");
    return std::nullopt;
  }

  // ---- accounts ----

  RecordSpan located(RecordSpan span) const {
    if (!transcoded_) return span;
    const std::uint64_t begin = transcoded_->original_offset(span.offset);
    span.length = transcoded_->original_offset(span.offset + span.length) - begin;
    span.offset = begin;
    return span;
  }
  std::uint64_t original_length(std::uint64_t offset, std::uint64_t length) const {
    if (!transcoded_) return length;
    return transcoded_->original_offset(offset + length) - transcoded_->original_offset(offset);
  }

  void lose(const RecordSpan &span, LedgerState state, std::string reason) {
    BadSpan bad;
    bad.offset = span.offset;
    bad.length = span.length;
    bad.line = span.line;
    bad.state = state;
    bad.reason = std::move(reason);
    tell(bad);
  }
  void lose(const BadSpan &bad) {
    ++counts_.records;
    tell(bad);
  }

  void tell(const BadSpan &bad) {
    const std::uint64_t bytes = original_length(bad.offset, bad.length);
    counts_.bytes_unread += bytes;
    if (told_ < kToldOneByOne) {
      ++told_;
      evidence::Unread part;
      part.bytes = bytes;
      part.state = bad.state;
      part.reason = "line " + std::to_string(bad.line) + ": " + bad.reason;
      part.remedy = bad.state == LedgerState::too_large ? "export in smaller pieces"
                                                        : "export this part of the log again";
      sink_.unread(std::move(part));
      return;
    }
    Sum &sum = untold_[bad.reason];
    if (sum.records++ == 0) sum.first_line = bad.line;
    sum.bytes += bytes;
  }

  struct Sum {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::uint64_t first_line = 0;
  };

  void tell_rest() {
    if (untimed_ > 0)
      counts_.notes.push_back(
          std::to_string(untimed_) +
          " records name no time: they stand at 1970 and testify to nothing before or after");
    for (const auto &[reason, sum] : untold_)
      sink_.unread({.bytes = sum.bytes,
                    .state = LedgerState::damaged,
                    .reason = "a further " + std::to_string(sum.records) + " records from line " +
                              std::to_string(sum.first_line) + " on: " + reason,
                    .remedy = "export this part of the log again",
                    .child = {}});
    for (const auto &[kind, sum] : unknown_) {
      counts_.bytes_unread += sum.bytes;
      sink_.unread({.bytes = sum.bytes,
                    .state = LedgerState::unsupported,
                    .reason = std::to_string(sum.records) + " records from line " +
                              std::to_string(sum.first_line) + " on are of a kind that is not read" +
                              (kind.empty() ? std::string() : ": " + kind),
                    .remedy = "export them as Graph JSON, Azure Monitor JSON or unified audit log CSV",
                    .child = {}});
    }
  }

  const evidence::ItemView &item_;
  evidence::Sink &sink_;
  const ReadOptions &options_;
  EventBuilder builder_;
  Recogniser recognise_;
  ReadCounts counts_;
  std::optional<Transcoded> transcoded_;
  std::string_view text_;
  std::string made_;
  std::string native_;
  std::map<std::string, Sum> unknown_;  // by kind
  std::map<std::string, Sum> untold_;   // by reason
  std::size_t told_ = 0;
  std::uint64_t untimed_ = 0;
  QueryRows rows_;
  bool continues_ = false;  // a page names a next one
  bool pages_seen_ = false;
  bool header_seen_ = false;
};

}  // namespace

base::Result<ReadCounts> read_log(const evidence::ItemView &item, EventTable &out, evidence::Sink &sink,
                                  const ReadOptions &options) {
  return LogReader(item, out, sink, options).run();
}

}  // namespace dislodge::log
