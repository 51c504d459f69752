// Event log files are built here byte by byte, as [MS-EVEN6] lays them out.

#include "log/evtx.hpp"

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using testing::HasSubstr;

template <typename Number>
void put(std::string &out, Number value) {
  out.append(reinterpret_cast<const char *>(&value), sizeof value);
}

std::string utf16(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    out += '\0';
  }
  return out;
}

// A chunk whose names stand where they are first used.
class Chunk {
 public:
  Chunk() : bytes_(512, '\0') { bytes_.replace(0, 8, std::string("ElfChnk\0", 8)); }

  void begin_record(std::uint64_t filetime) {
    record_ = bytes_.size();
    put<std::uint32_t>(bytes_, 0x2A2A);
    put<std::uint32_t>(bytes_, 0);
    put<std::uint64_t>(bytes_, 1);
    put<std::uint64_t>(bytes_, filetime);
    bytes_ += std::string("\x0F\x01\x01\x00", 4);
  }
  void end_record() {
    bytes_ += '\0';
    const auto size = static_cast<std::uint32_t>(bytes_.size() - record_ + 4);
    put(bytes_, size);
    bytes_.replace(record_ + 4, 4, reinterpret_cast<const char *>(&size), 4);
  }
  void name(std::string_view text) {
    put<std::uint32_t>(bytes_, static_cast<std::uint32_t>(bytes_.size() + 4));
    put<std::uint32_t>(bytes_, 0);
    put<std::uint16_t>(bytes_, 0);
    put<std::uint16_t>(bytes_, static_cast<std::uint16_t>(text.size()));
    bytes_ += utf16(text) + std::string(2, '\0');
  }
  void open(std::string_view element, bool attributes = false) {
    bytes_ += attributes ? '\x41' : '\x01';
    put<std::uint16_t>(bytes_, 0);
    put<std::uint32_t>(bytes_, 0);
    name(element);
    if (attributes) put<std::uint32_t>(bytes_, 0);
  }
  void attribute(std::string_view attribute_name, std::string_view value) {
    bytes_ += '\x06';
    name(attribute_name);
    text(value);
  }
  void text(std::string_view value) {
    bytes_ += "\x05\x01";
    put<std::uint16_t>(bytes_, static_cast<std::uint16_t>(value.size()));
    bytes_ += utf16(value);
  }
  void in() { bytes_ += '\x02'; }
  void close() { bytes_ += '\x04'; }
  void leaf(std::string_view element, std::string_view value) {
    open(element);
    in();
    text(value);
    close();
  }
  void data(std::string_view field, std::string_view value) {
    open("Data", true);
    attribute("Name", field);
    in();
    text(value);
    close();
  }
  std::string &bytes() { return bytes_; }
  std::string file() {
    const auto used = static_cast<std::uint32_t>(bytes_.size());
    bytes_.replace(0x30, 4, reinterpret_cast<const char *>(&used), 4);
    std::string out(4096, '\0');
    out.replace(0, 8, std::string("ElfFile\0", 8));
    return out + bytes_;
  }

 private:
  std::string bytes_;
  std::size_t record_ = 0;
};

void write_event(Chunk &chunk) {
  chunk.open("Event");
  chunk.in();
  chunk.open("System");
  chunk.in();
  chunk.leaf("EventID", "4624");
  chunk.leaf("Channel", "Security");
  chunk.leaf("Computer", "dc1.x.example");
  chunk.leaf("EventRecordID", "7");
  chunk.open("TimeCreated", true);
  chunk.attribute("SystemTime", "2024-01-12T07:08:09.5Z");
  chunk.bytes() += '\x03';
  chunk.close();
  chunk.open("EventData");
  chunk.in();
  chunk.data("TargetUserName", "ann");
  chunk.data("LogonType", "10");
  chunk.data("IpAddress", "203.0.113.9");
  chunk.close();
  chunk.close();
}

TEST(Evtx, RecordsBecomeEvents) {
  Chunk chunk;
  chunk.begin_record(133'494'000'000'000'000ull);
  write_event(chunk);
  chunk.end_record();
  const std::string file = chunk.file();
  EXPECT_EQ(recognise(file), Source::windows);
  const ReadLog log = read_text(file, {}, "Security.evtx");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2024-01-12T07:08:09.5Z"));
  EXPECT_EQ(log.table.events[0].event_class, EventClass::interactive_signin);
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
  EXPECT_EQ(log.table.events[0].offset, 4096u + 512);
}

TEST(Evtx, TemplatesAreFilledWithTypedValues) {
  Chunk chunk;
  chunk.begin_record(0);
  std::string &bytes = chunk.bytes();
  bytes += std::string("\x0C\x01", 2);
  put<std::uint32_t>(bytes, 1);
  put<std::uint32_t>(bytes, static_cast<std::uint32_t>(bytes.size() + 4));  // the definition follows
  put<std::uint32_t>(bytes, 0);
  bytes += std::string(16, 'G');
  const std::size_t size_at = bytes.size();
  put<std::uint32_t>(bytes, 0);
  const std::size_t begin = bytes.size();
  chunk.open("E");
  chunk.in();
  for (int i = 0; i < 5; ++i) {
    chunk.open("V" + std::to_string(i));
    chunk.in();
    bytes += '\x0D';
    put<std::uint16_t>(bytes, static_cast<std::uint16_t>(i));
    bytes += '\0';
    chunk.close();
  }
  chunk.close();
  bytes += '\0';
  const auto size = static_cast<std::uint32_t>(bytes.size() - begin);
  bytes.replace(size_at, 4, reinterpret_cast<const char *>(&size), 4);
  const std::pair<std::uint8_t, std::string> values[] = {
      {0x06, std::string("\x10\x12", 2)},
      {0x11, std::string("\x00\x80\x3E\xD5\xDE\xB1\x9D\x01", 8)},
      {0x13, std::string("\x01\x02\0\0\0\0\0\x05\x20\0\0\0\x20\x02\0\0", 16)},
      {0x15, std::string("\xE7\x03\0\0\0\0\0\0", 8)},
      {0x01, utf16("x<y")}};
  put<std::uint32_t>(bytes, 5);
  for (const auto &[type, value] : values) {
    put<std::uint16_t>(bytes, static_cast<std::uint16_t>(value.size()));
    bytes += static_cast<char>(type);
    bytes += '\0';
  }
  for (const auto &[type, value] : values) bytes += value;
  chunk.end_record();
  std::string json;
  read_evtx(
      chunk.file(), [&](const RecordSpan &, std::string text) { json = std::move(text); },
      [](const BadSpan &bad) { ADD_FAILURE() << bad.reason; });
  EXPECT_EQ(json,
            "{\"E\":{\"V0\":\"4624\",\"V1\":\"1970-01-01T00:00:00Z\",\"V2\":\"S-1-5-32-544\",\"V3\":"
            "\"0x3e7\",\"V4\":\"x<y\"}}");
}

TEST(Evtx, DamageCostsTheRecordOrTheBlock) {
  Chunk chunk;
  chunk.begin_record(0);
  chunk.bytes() += '\x1E';  // no token
  chunk.end_record();
  chunk.begin_record(0);
  write_event(chunk);
  chunk.end_record();
  const ReadLog log = read_text(chunk.file() + std::string(65536, 'x'), {}, "a.evtx");
  EXPECT_EQ(log.table.events.size(), 1u) << log.error;
  ASSERT_GE(log.unread.size(), 1u);
  EXPECT_THAT(log.unread[0].reason, HasSubstr("binary XML"));
}

TEST(Evtx, TemplatesThatNestInThemselvesEnd) {
  Chunk chunk;
  chunk.begin_record(0);
  std::string &bytes = chunk.bytes();
  const auto place = static_cast<std::uint32_t>(bytes.size());
  // An instance whose definition is the record's own fragment, over and over.
  for (int i = 0; i < 50; ++i) {
    bytes += std::string("\x0C\x01", 2);
    put<std::uint32_t>(bytes, 1);
    put<std::uint32_t>(bytes, place - 24);
    put<std::uint32_t>(bytes, 0);
  }
  chunk.end_record();
  int records = 0;
  read_evtx(
      chunk.file(), [&](const RecordSpan &, const std::string &) { ++records; }, [](const BadSpan &) {});
  EXPECT_LE(records, 1);
}

}  // namespace
}  // namespace dislodge::log
