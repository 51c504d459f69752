// Writes, in the build, the tables of the charsets that src/evidence/charset_data.hpp declares, as the C
// library of the building machine knows them: the worker that reads evidence has no files, and iconv loads
// its charsets from files.

#include <iconv.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace {

iconv_t open_or_die(const char *charset) {
  const iconv_t handle = iconv_open("UTF-16LE", charset);
  if (handle == reinterpret_cast<iconv_t>(-1)) {
    std::fprintf(stderr, "make_charset_tables: iconv does not know %s\n", charset);
    std::exit(1);
  }
  return handle;
}

// The one code point of the basic plane that these bytes are; 0 where they are none, several, or beyond.
unsigned code_point(iconv_t handle, std::initializer_list<unsigned> bytes) {
  char in[4];
  std::size_t left = 0;
  for (const unsigned byte : bytes) in[left++] = static_cast<char>(byte);
  char out[32];
  char *from = in;
  char *to = out;
  std::size_t room = sizeof out;
  iconv(handle, nullptr, nullptr, nullptr, nullptr);
  if (iconv(handle, &from, &left, &to, &room) == static_cast<std::size_t>(-1) || left != 0) return 0;
  if (iconv(handle, nullptr, nullptr, &to, &room) == static_cast<std::size_t>(-1) || to - out != 2) return 0;
  return static_cast<unsigned char>(out[0]) | static_cast<unsigned>(static_cast<unsigned char>(out[1])) << 8;
}

void write(const char *name, const std::vector<unsigned> &values) {
  std::printf("const std::uint16_t %s[%zu] = {", name, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%u,", i % 32 == 0 ? "\n" : "", values[i]);
  std::printf("\n};\n");
}

std::vector<unsigned> singles(const char *charset) {
  const iconv_t handle = open_or_die(charset);
  std::vector<unsigned> values;
  for (unsigned c = 0x80; c < 0x100; ++c) values.push_back(code_point(handle, {c}));
  iconv_close(handle);
  return values;
}

// 128 leads by 256 trails; where the first charset has nothing, the second is asked.
void write_pairs(const char *name, const char *charset, const char *second = nullptr) {
  const iconv_t handle = open_or_die(charset);
  const iconv_t other = second == nullptr ? handle : open_or_die(second);
  std::vector<unsigned> values;
  for (unsigned lead = 0x80; lead < 0x100; ++lead)
    for (unsigned trail = 0; trail < 0x100; ++trail) {
      // A lead that is a character by itself takes no trail.
      unsigned value =
          trail < 0x30 || code_point(handle, {lead}) != 0 ? 0 : code_point(handle, {lead, trail});
      if (value == 0 && second != nullptr && trail >= 0x30) value = code_point(other, {lead, trail});
      values.push_back(value);
    }
  write(name, values);
  iconv_close(handle);
  if (other != handle) iconv_close(other);
}

}  // namespace

int main() {
  std::printf("#include \"evidence/charset_data.hpp\"\n\nnamespace dislodge::evidence::charset_data {\n\n");
  write_pairs("kCp932", "CP932");
  write("kCp932Singles", singles("CP932"));
  write_pairs("kEucJp", "EUC-JP-MS", "EUC-JP");
  write_pairs("kGb18030", "GB18030");
  write_pairs("kBig5", "BIG5", "BIG5-HKSCS");
  write_pairs("kCp949", "CP949");

  std::vector<unsigned> third;
  const iconv_t euc = open_or_die("EUC-JP-MS");
  for (unsigned a = 0xA1; a < 0xFF; ++a)
    for (unsigned b = 0xA1; b < 0xFF; ++b) third.push_back(code_point(euc, {0x8F, a, b}));
  write("kJisX0212", third);
  iconv_close(euc);

  // Four-byte GB18030 of the basic plane, as runs in which number and code point rise together.
  const iconv_t gb = open_or_die("GB18030");
  std::printf("const GbRun kGb18030Runs[] = {\n");
  std::size_t runs = 0;
  long difference = -1;
  for (unsigned linear = 0; linear < 39420; ++linear) {
    const unsigned value = code_point(
        gb, {0x81 + linear / 12600, 0x30 + linear / 1260 % 10, 0x81 + linear / 10 % 126, 0x30 + linear % 10});
    const long now = value == 0 ? -1 : static_cast<long>(value) - static_cast<long>(linear) + 100000;
    if (now == difference) continue;
    difference = now;
    std::printf("{%u,%u},", linear, value);
    ++runs;
  }
  std::printf("\n};\nconst std::size_t kGb18030RunCount = %zu;\n", runs);
  iconv_close(gb);

  static constexpr const char *kSingles[] = {
      "iso-8859-3",   "iso-8859-4",   "iso-8859-5",   "iso-8859-6",   "iso-8859-7",   "iso-8859-8",
      "iso-8859-9",   "iso-8859-10",  "iso-8859-13",  "iso-8859-14",  "iso-8859-16",  "windows-1253",
      "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "koi8-u",
      "ibm866",       "cp437",        "cp850",        "cp852",        "cp855",        "cp858",
      "cp862",        "cp874",        "macintosh",    "mac-cyrillic", "mac-uk",       "mac-centraleurope",
      "cp737",        "cp775",        "ibm857",       "ibm860",       "ibm861",       "ibm863",
      "ibm864",       "ibm865",       "ibm869",       "koi8-t",       "pt154",        "rk1048",
      "viscii"};
  std::printf("const Single kSingles[] = {\n");
  for (const char *charset : kSingles) {
    std::printf("{\"%s\", {", charset);
    for (const unsigned value : singles(charset)) std::printf("%u,", value == 0 ? 0xFFFDu : value);
    std::printf("}},\n");
  }
  std::printf("};\nconst std::size_t kSingleCount = %zu;\n", sizeof kSingles / sizeof kSingles[0]);
  static constexpr const char *kEbcdics[] = {"1047", "037", "500", "273", "277",  "278", "280",
                                             "284",  "285", "297", "871", "1140", "1141"};
  std::printf("const Ebcdic kEbcdics[] = {\n");
  for (const char *number : kEbcdics) {
    const iconv_t handle = open_or_die((std::string("IBM") + number).c_str());
    std::printf("{\"%s\", {", number[0] == '0' ? number + 1 : number);
    for (unsigned c = 0; c < 0x100; ++c) {
      const unsigned value = code_point(handle, {c});
      std::printf("%u,", value == 0 && c != 0 ? 0xFFFDu : value);
    }
    std::printf("}},\n");
    iconv_close(handle);
  }
  std::printf("};\nconst std::size_t kEbcdicCount = %zu;\n", sizeof kEbcdics / sizeof kEbcdics[0]);
  std::printf("\n}  // namespace dislodge::evidence::charset_data\n");
  return 0;
}
