#include "evidence/seven_zip_crypt.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "base/hash.hpp"
#include "base/secure.hpp"
#include "evidence/archive.hpp"
#include "evidence/cipher.hpp"
#include "evidence/opened.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "7z\xBC\xAF\x27\x1C"sv;
constexpr std::size_t kStart = 32;  // of the first packed stream
constexpr std::string_view kAes = "\x06\xF1\x07\x01"sv;
constexpr std::string_view kLzma = "\x03\x01\x01"sv;
constexpr std::string_view kCopy("\0", 1);
constexpr std::uint64_t kFoldersMax = 1 << 20;
constexpr std::uint64_t kCodersMax = 32;
constexpr std::uint64_t kHeaderMax = 256u << 20;

enum Id : unsigned char {
  kEnd = 0,
  kHeader = 1,
  kArchiveProperties = 2,
  kMainStreams = 4,
  kPackInfo = 6,
  kUnpackInfo = 7,
  kSize = 9,
  kCrc = 10,
  kFolder = 11,
  kUnpackSize = 12,
  kEncodedHeader = 23,
};

// Reads numbers and stretches; once something does not fit, `bad` stays set and everything reads as nothing.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  bool bad() const { return bad_; }
  std::size_t at() const { return at_; }
  std::string_view between(std::size_t from, std::size_t to) const { return bytes_.substr(from, to - from); }
  std::string_view rest() const { return bytes_.substr(at_); }
  unsigned byte() {
    if (at_ >= bytes_.size()) {
      bad_ = true;
      return 0;
    }
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  unsigned peek() const { return at_ < bytes_.size() ? static_cast<unsigned char>(bytes_[at_]) : 0u; }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) {
      bad_ = true;
      return {};
    }
    at_ += static_cast<std::size_t>(size);
    return bytes_.substr(at_ - static_cast<std::size_t>(size), static_cast<std::size_t>(size));
  }
  // The leading ones of the first byte say how many bytes follow, least first.
  std::uint64_t number() {
    const unsigned first = byte();
    std::uint64_t value = 0;
    unsigned mask = 0x80;
    for (unsigned i = 0; i < 8; ++i, mask >>= 1) {
      if ((first & mask) == 0) return value | static_cast<std::uint64_t>(first & (mask - 1)) << (8 * i);
      value |= static_cast<std::uint64_t>(byte()) << (8 * i);
    }
    return value;
  }
  bool expect(Id id) {
    if (byte() != id) bad_ = true;
    return !bad_;
  }
  void fail() { bad_ = true; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

void put_number(std::string &out, std::uint64_t value) {
  if (value < 0x80) {
    out += static_cast<char>(value);
    return;
  }
  out += '\xFF';  // eight bytes follow: allowed for any value
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

struct Coder {
  std::string_view id;
  std::string_view properties;
  std::uint64_t inputs = 1;
  std::uint64_t outputs = 1;
  bool aes() const { return id == kAes && inputs == 1 && outputs == 1; }
};

struct Bond {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

struct Folder {
  std::vector<Coder> coders;
  std::vector<Bond> bonds;
  std::vector<std::uint64_t> packed;  // inputs that are fed by packed streams, in their order
  std::vector<std::uint64_t> sizes;   // of the outputs
};

// PackInfo and UnpackInfo of a header.
struct Streams {
  std::uint64_t begin = 0;  // of the packed streams, behind the signature header
  std::vector<std::uint64_t> sizes;
  std::vector<Folder> folders;
  std::string_view digests;  // of the folders, as written, with their id; empty: none
  std::optional<std::uint32_t> first_digest;
};

std::string_view read_digests(Input &in, std::uint64_t count, std::optional<std::uint32_t> *first) {
  const std::size_t begin = in.at();
  in.byte();  // kCrc
  std::uint64_t defined = count;
  bool has_first = count > 0;
  if (in.byte() == 0) {
    defined = 0;
    const std::string_view bits = in.take((count + 7) / 8);
    for (std::uint64_t i = 0; i < count && !in.bad(); ++i)
      defined += static_cast<unsigned char>(bits[static_cast<std::size_t>(i / 8)]) >> (7 - i % 8) & 1;
    has_first = !bits.empty() && (static_cast<unsigned char>(bits[0]) & 0x80) != 0;
  }
  const std::string_view values = in.take(4 * defined);
  if (in.bad()) return {};
  if (first != nullptr && has_first && values.size() >= 4) *first = le32(values, 0);
  return in.between(begin, in.at());
}

Folder read_folder(Input &in) {
  Folder folder;
  const std::uint64_t count = in.number();
  if (count == 0 || count > kCodersMax) in.fail();
  std::uint64_t inputs = 0;
  std::uint64_t outputs = 0;
  for (std::uint64_t i = 0; i < count && !in.bad(); ++i) {
    Coder coder;
    const unsigned flags = in.byte();
    if ((flags & 0xC0) != 0) in.fail();
    coder.id = in.take(flags & 15);
    if ((flags & 0x10) != 0) {
      coder.inputs = in.number();
      coder.outputs = in.number();
      if (coder.inputs > kCodersMax || coder.outputs > kCodersMax) in.fail();
    }
    if ((flags & 0x20) != 0) coder.properties = in.take(in.number());
    inputs += coder.inputs;
    outputs += coder.outputs;
    folder.coders.push_back(coder);
  }
  if (in.bad() || outputs == 0 || inputs < outputs - 1) {
    in.fail();
    return folder;
  }
  for (std::uint64_t i = 0; i + 1 < outputs && !in.bad(); ++i) {
    const std::uint64_t bound = in.number();
    folder.bonds.push_back({bound, in.number()});
  }
  const std::uint64_t packed = inputs - (outputs - 1);
  if (packed == 1) {
    for (std::uint64_t i = 0; i < inputs; ++i)
      if (std::none_of(folder.bonds.begin(), folder.bonds.end(),
                       [&](const Bond &bond) { return bond.in == i; }))
        folder.packed.push_back(i);
    if (folder.packed.size() != 1) in.fail();
  } else {
    for (std::uint64_t i = 0; i < packed && !in.bad(); ++i) folder.packed.push_back(in.number());
  }
  folder.sizes.resize(static_cast<std::size_t>(outputs));
  return folder;
}

Streams read_streams(Input &in) {
  Streams streams;
  if (!in.expect(kPackInfo)) return streams;
  streams.begin = in.number();
  const std::uint64_t count = in.number();
  if (count > kFoldersMax) in.fail();
  while (!in.bad() && in.peek() != kEnd) {
    if (in.peek() == kSize) {
      in.byte();
      for (std::uint64_t i = 0; i < count && !in.bad(); ++i) streams.sizes.push_back(in.number());
    } else if (in.peek() == kCrc) {
      (void)read_digests(in, count, nullptr);  // of what is packed: they are not true of what is decrypted
    } else {
      in.fail();
    }
  }
  in.byte();
  if (streams.sizes.size() != count) in.fail();
  if (!in.expect(kUnpackInfo) || !in.expect(kFolder)) return streams;
  const std::uint64_t folders = in.number();
  if (folders > kFoldersMax || in.byte() != 0) in.fail();
  for (std::uint64_t i = 0; i < folders && !in.bad(); ++i) streams.folders.push_back(read_folder(in));
  if (!in.expect(kUnpackSize)) return streams;
  for (Folder &folder : streams.folders)
    for (std::uint64_t &size : folder.sizes) size = in.number();
  if (in.peek() == kCrc) streams.digests = read_digests(in, folders, &streams.first_digest);
  if (in.byte() != kEnd) in.fail();
  std::uint64_t packed = 0;
  for (const Folder &folder : streams.folders) packed += folder.packed.size();
  if (packed != streams.sizes.size()) in.fail();
  return streams;
}

bool any_aes(const Streams &streams) {
  for (const Folder &folder : streams.folders)
    if (std::any_of(folder.coders.begin(), folder.coders.end(),
                    [](const Coder &coder) { return coder.aes(); }))
      return true;
  return false;
}

// How a coder's key is made: "cycles" rounds of SHA-256 over salt, password and a counter.
struct AesProperties {
  unsigned power = 0;
  std::string_view salt;
  std::string iv;
};

AesProperties properties_of(std::string_view bytes) {
  AesProperties made;
  const unsigned first = bytes.empty() ? 0u : static_cast<unsigned char>(bytes[0]);
  made.power = first & 0x3F;
  made.iv.assign(16, '\0');
  if ((first & 0xC0) == 0 || bytes.size() < 2) return made;
  const unsigned second = static_cast<unsigned char>(bytes[1]);
  const std::size_t salt = (first >> 7 & 1) + (second >> 4);
  const std::size_t iv = (first >> 6 & 1) + (second & 15);
  if (bytes.size() < 2 + salt + iv) return made;
  made.salt = bytes.substr(2, salt);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(2 + salt), iv, made.iv.begin());
  return made;
}

struct FreeDigest {
  void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
};

std::string key_of(const std::string &password, const AesProperties &how) {
  if (how.power == 0x3F) {
    std::string key = std::string(how.salt) + password;
    key.resize(32, '\0');
    return key;
  }
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return std::string(32, '\0');
  const std::string head = std::string(how.salt) + password;
  const std::size_t round = head.size() + 8;
  // Many rounds to one call: the counter alone changes.
  constexpr std::uint64_t kTogether = 64;
  const std::uint64_t rounds = 1ull << how.power;
  std::string block;
  for (std::uint64_t i = 0; i < kTogether; ++i) block += head + std::string(8, '\0');
  for (std::uint64_t counter = 0; counter < rounds; counter += kTogether) {
    const std::uint64_t now = std::min(kTogether, rounds - counter);
    for (std::uint64_t i = 0; i < now; ++i)
      for (std::size_t b = 0; b < 8; ++b)
        block[i * round + head.size() + b] = static_cast<char>((counter + i) >> (8 * b));
    EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(now) * round);
  }
  std::string key(32, '\0');
  unsigned size = 32;
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char *>(key.data()), &size);
  base::wipe(block);
  return key;
}

// One password (in UTF-16) and the keys made of it: an archive's folders mostly share their salt.
class Keys {
 public:
  explicit Keys(std::string password) : password_(std::move(password)) {}
  ~Keys() {
    base::wipe(password_);
    for (auto &[how, key] : made_) base::wipe(key);
  }
  Keys(const Keys &) = delete;
  Keys &operator=(const Keys &) = delete;

  std::string decrypt(std::string_view properties, std::string_view packed, std::uint64_t size) {
    const AesProperties how = properties_of(properties);
    const std::string name = std::to_string(how.power) + ':' + std::string(how.salt);
    std::size_t known = 0;
    while (known < made_.size() && made_[known].first != name) ++known;
    if (known == made_.size()) made_.emplace_back(name, key_of(password_, how));
    const std::string &key = made_[known].second;
    std::string out = aes_cbc_decrypt(key, how.iv, packed.substr(0, packed.size() / 16 * 16));
    padded_ = out.size() >= size && std::all_of(out.begin() + static_cast<std::ptrdiff_t>(size), out.end(),
                                                [](char c) { return c == 0; });
    if (out.size() > size) out.resize(static_cast<std::size_t>(size));
    return out;
  }
  // Whether what stood behind the last stream's end were zeros, as 7-Zip pads: false for most wrong
  // passwords.
  bool padded() const { return padded_; }

 private:
  std::string password_;
  std::vector<std::pair<std::string, std::string>> made_;
  bool padded_ = true;
};

// A folder without its AES coders: what fed one of them now feeds what came behind it. False where a coder
// stands elsewhere than at a packed stream.
bool without_aes(const Folder &folder, Folder &out, std::vector<std::optional<std::size_t>> &aes_of_packed) {
  std::vector<std::uint64_t> first_in;
  std::vector<std::uint64_t> first_out;
  std::uint64_t ins = 0;
  std::uint64_t outs = 0;
  for (const Coder &coder : folder.coders) {
    first_in.push_back(ins);
    first_out.push_back(outs);
    ins += coder.inputs;
    outs += coder.outputs;
  }
  std::vector<std::uint64_t> packed = folder.packed;
  std::vector<Bond> bonds = folder.bonds;
  aes_of_packed.assign(packed.size(), std::nullopt);
  std::vector<bool> gone(folder.coders.size());
  bool whole = false;  // the folder is nothing but AES
  for (std::size_t c = 0; c < folder.coders.size(); ++c) {
    if (!folder.coders[c].aes()) continue;
    const auto fed = std::find(packed.begin(), packed.end(), first_in[c]);
    if (fed == packed.end()) return false;
    const auto bond =
        std::find_if(bonds.begin(), bonds.end(), [&](const Bond &one) { return one.out == first_out[c]; });
    aes_of_packed[static_cast<std::size_t>(fed - packed.begin())] = c;
    if (bond == bonds.end()) {
      if (folder.coders.size() != 1) return false;
      whole = true;
      break;
    }
    *fed = bond->in;
    bonds.erase(bond);
    gone[c] = true;
  }
  if (whole) {
    out.coders = {Coder{kCopy, {}, 1, 1}};
    out.packed = {0};
    out.sizes = folder.sizes;
    return true;
  }
  // Inputs and outputs are counted through all coders: those behind a removed one move up.
  const auto moved = [&](std::uint64_t index, const std::vector<std::uint64_t> &first) {
    std::uint64_t less = 0;
    for (std::size_t c = 0; c < gone.size(); ++c) less += gone[c] && first[c] < index;
    return index - less;
  };
  for (std::size_t c = 0; c < folder.coders.size(); ++c) {
    if (gone[c]) continue;
    out.coders.push_back(folder.coders[c]);
    for (std::uint64_t o = 0; o < folder.coders[c].outputs; ++o)
      if (first_out[c] + o < folder.sizes.size())
        out.sizes.push_back(folder.sizes[static_cast<std::size_t>(first_out[c] + o)]);
  }
  for (const Bond &bond : bonds) out.bonds.push_back({moved(bond.in, first_in), moved(bond.out, first_out)});
  for (const std::uint64_t in : packed) out.packed.push_back(moved(in, first_in));
  return true;
}

void put_folder(std::string &out, const Folder &folder) {
  put_number(out, folder.coders.size());
  for (const Coder &coder : folder.coders) {
    const bool complex = coder.inputs != 1 || coder.outputs != 1;
    out +=
        static_cast<char>(coder.id.size() | (complex ? 0x10u : 0u) | (coder.properties.empty() ? 0u : 0x20u));
    out += coder.id;
    if (complex) {
      put_number(out, coder.inputs);
      put_number(out, coder.outputs);
    }
    if (!coder.properties.empty()) {
      put_number(out, coder.properties.size());
      out += coder.properties;
    }
  }
  for (const Bond &bond : folder.bonds) {
    put_number(out, bond.in);
    put_number(out, bond.out);
  }
  if (folder.packed.size() > 1)
    for (const std::uint64_t in : folder.packed) put_number(out, in);
}

// The archive with the header `header` and no encryption; empty where a form is not known or nothing fits.
std::string rewritten(std::string_view bytes, std::string_view header, Keys &keys) {
  Input in(header);
  if (!in.expect(kHeader)) return {};
  if (in.peek() == kArchiveProperties) return {};
  if (!in.expect(kMainStreams)) return {};
  const Streams streams = read_streams(in);
  if (in.bad()) return {};

  std::string out(kStart, '\0');
  out.reserve(bytes.size());
  std::vector<Folder> folders;
  std::vector<std::uint64_t> sizes;
  std::uint64_t at = kStart + streams.begin;
  std::size_t stream = 0;
  for (const Folder &folder : streams.folders) {
    Folder plain;
    std::vector<std::optional<std::size_t>> aes;
    if (!without_aes(folder, plain, aes)) return {};
    for (std::size_t i = 0; i < folder.packed.size(); ++i, ++stream) {
      const std::uint64_t size = streams.sizes[stream];
      if (at > bytes.size()) return {};
      const std::string_view packed =
          bytes.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
      at += size;
      const std::size_t before = out.size();
      if (aes[i]) {
        // Its output's place among the outputs: coders before it have one output each, or more.
        std::uint64_t output = 0;
        for (std::size_t c = 0; c < *aes[i]; ++c) output += folder.coders[c].outputs;
        if (output >= folder.sizes.size()) return {};
        out += keys.decrypt(folder.coders[*aes[i]].properties, packed,
                            folder.sizes[static_cast<std::size_t>(output)]);
        if (!keys.padded()) return {};
      } else {
        out += packed;
      }
      sizes.push_back(out.size() - before);
    }
    folders.push_back(std::move(plain));
  }
  std::string head;
  head += static_cast<char>(kHeader);
  head += static_cast<char>(kMainStreams);
  head += static_cast<char>(kPackInfo);
  put_number(head, 0);
  put_number(head, sizes.size());
  head += static_cast<char>(kSize);
  for (const std::uint64_t size : sizes) put_number(head, size);
  head += static_cast<char>(kEnd);
  head += static_cast<char>(kUnpackInfo);
  head += static_cast<char>(kFolder);
  put_number(head, folders.size());
  head += '\0';
  for (const Folder &folder : folders) put_folder(head, folder);
  head += static_cast<char>(kUnpackSize);
  for (const Folder &folder : folders)
    for (const std::uint64_t size : folder.sizes) put_number(head, size);
  head += streams.digests;
  head += static_cast<char>(kEnd);
  head += in.rest();

  const auto put = [&out](std::size_t place, std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out[place + i] = static_cast<char>(value >> (8 * i));
  };
  std::copy(kSignature.begin(), kSignature.end(), out.begin());
  put(7, 4, 1);  // version 0.4
  put(12, out.size() - kStart, 8);
  put(20, head.size(), 8);
  put(28, base::crc32(head), 4);
  put(8, base::crc32(std::string_view(out).substr(12, 20)), 4);
  out += head;
  return out;
}

// What an encoded header holds; empty where its packer is not known, or the password is wrong.
std::string decoded_header(std::string_view bytes, std::string_view encoded, Keys *keys, bool &encrypted) {
  Input in(encoded);
  in.byte();  // kEncodedHeader
  const Streams streams = read_streams(in);
  if (in.bad() || streams.folders.size() != 1 || streams.sizes.size() != 1) return {};
  const Folder &folder = streams.folders[0];
  const std::uint64_t begin = kStart + streams.begin;
  if (begin > bytes.size() || streams.sizes[0] > bytes.size() - begin) return {};
  std::string_view packed =
      bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(streams.sizes[0]));
  std::string decrypted;
  Folder plain;
  std::vector<std::optional<std::size_t>> aes;
  if (!without_aes(folder, plain, aes) || plain.coders.size() != 1) return {};
  if (aes[0]) {
    encrypted = true;
    if (keys == nullptr) return {};
    std::uint64_t output = 0;
    for (std::size_t c = 0; c < *aes[0]; ++c) output += folder.coders[c].outputs;
    if (output >= folder.sizes.size()) return {};
    decrypted = keys->decrypt(folder.coders[*aes[0]].properties, packed,
                              folder.sizes[static_cast<std::size_t>(output)]);
    if (!keys->padded()) return {};
    packed = decrypted;
  }
  const Coder &coder = plain.coders[0];
  const std::uint64_t size = plain.sizes.empty() ? 0 : plain.sizes[0];
  if (size > kHeaderMax) return {};
  std::string header;
  if (coder.id == kCopy) {
    header = std::string(packed.substr(0, static_cast<std::size_t>(size)));
  } else if (coder.id == kLzma && coder.properties.size() == 5) {
    // As a zip has it: version, size of the properties, properties, stream.
    ZipEntry entry;
    entry.method = 14;
    entry.unpacked = size;
    entry.crc = streams.first_digest.value_or(0);
    std::string framed("\x09\x14\x05\0", 4);
    framed += coder.properties;
    framed += packed;
    entry.packed = framed.size();
    RareZipMethods methods;
    header = std::string(methods.unpack(entry, framed, size).bytes);
  }
  if (header.size() != size) return {};
  if (streams.first_digest && base::crc32(header) != *streams.first_digest) return {};
  return header;
}

}  // namespace

SevenZipOpened open_seven_zip(std::string_view bytes, const Unlock &unlock, const base::Limits &limits,
                              const std::function<bool(std::string_view archive)> &right) {
  SevenZipOpened result;
  if (bytes.size() < kStart || !bytes.starts_with(kSignature)) return result;
  const std::uint64_t offset = le64(bytes, 12);
  const std::uint64_t size = le64(bytes, 20);
  if (offset > bytes.size() - kStart || size > bytes.size() - kStart - offset || size == 0) return result;
  if (bytes.size() > limits.worker_memory_bytes / 4) return result;
  const std::string_view end =
      bytes.substr(static_cast<std::size_t>(kStart + offset), static_cast<std::size_t>(size));

  bool names_encrypted = false;
  std::string plain_header;
  if (static_cast<unsigned char>(end[0]) == kEncodedHeader) {
    plain_header = decoded_header(bytes, end, nullptr, names_encrypted);
    if (plain_header.empty() && !names_encrypted) return result;
  } else {
    plain_header = std::string(end);
  }
  unsigned power = 19;
  if (!names_encrypted) {
    Input in(plain_header);
    if (!in.expect(kHeader) || !in.expect(kMainStreams)) return result;
    const Streams streams = read_streams(in);
    if (in.bad() || !any_aes(streams)) return result;
    for (const Folder &folder : streams.folders)
      for (const Coder &coder : folder.coders)
        if (coder.aes()) power = properties_of(coder.properties).power;
  } else {
    Input in(end.substr(1));
    const Streams streams = read_streams(in);
    for (const Folder &folder : streams.folders)
      for (const Coder &coder : folder.coders)
        if (coder.aes()) power = properties_of(coder.properties).power;
  }
  result.state = SevenZipOpened::State::locked;
  const std::uint64_t rounds = power == 0x3F ? 1 : power < 40 ? 1ull << power : UINT64_MAX;
  std::uint64_t spent = 0;
  for (const std::string &password : unlock.passwords) {
    if (rounds > limits.unlock_rounds_max - spent) {
      result.out_of_rounds = true;
      break;
    }
    spent += rounds;
    ++result.tried;
    Keys keys(utf16le_of(password));
    std::string header = plain_header;
    if (names_encrypted) {
      bool encrypted = false;
      header = decoded_header(bytes, end, &keys, encrypted);
      if (header.empty()) continue;
    }
    std::string archive = rewritten(bytes, header, keys);
    if (archive.empty() || !right(archive)) continue;
    tell_opened(password, Opens::item);
    result.state = SevenZipOpened::State::opened;
    result.archive = std::move(archive);
    return result;
  }
  return result;
}

}  // namespace dislodge::evidence
