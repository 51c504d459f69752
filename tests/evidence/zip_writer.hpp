#pragma once
// Writes zip archives for tests, sound ones and ones that lie: every field can be set apart from the data.

#include <libdeflate.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dislodge::evidence {

inline void put16(std::string &out, std::uint64_t value) {
  for (int i = 0; i < 2; ++i) out += static_cast<char>(value >> (8 * i));
}
inline void put32(std::string &out, std::uint64_t value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
}
inline void put64(std::string &out, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

inline std::string deflate(const std::string &bytes, int level = 9) {
  libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
  std::string out(libdeflate_deflate_compress_bound(compressor, bytes.size()), '\0');
  out.resize(libdeflate_deflate_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

inline std::string gzip(const std::string &bytes, int level = 9) {
  libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
  std::string out(libdeflate_gzip_compress_bound(compressor, bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

struct ZipFile {
  std::string name = {};
  std::string bytes = {};  // unpacked
  std::uint16_t method = 8;
  std::uint16_t flags = 0;
  bool zip64 = false;
  bool descriptor = false;
  bool in_directory = true;
  std::string extra = {};  // of both headers
  std::string comment = {};
  std::optional<std::string> packed = {};       // instead of packing `bytes`
  std::optional<std::uint32_t> crc = {};        // instead of the true one
  std::optional<std::uint64_t> header_at = {};  // instead of writing a local header: share another's
};

class ZipWriter {
 public:
  // Returns the offset of the local header.
  std::uint64_t add(ZipFile file) {
    const std::string packed = file.packed        ? *file.packed
                               : file.method == 8 ? deflate(file.bytes)
                                                  : file.bytes;
    const std::uint32_t crc =
        file.crc ? *file.crc : libdeflate_crc32(0, file.bytes.data(), file.bytes.size());
    if (file.descriptor) file.flags |= 8;
    const std::uint64_t at = file.header_at ? *file.header_at : out_.size();
    if (!file.header_at) {
      std::string extra = file.extra;
      if (file.zip64) {
        put16(extra, 1);
        put16(extra, 16);
        put64(extra, file.bytes.size());
        put64(extra, packed.size());
      }
      out_ += "PK\x03\x04";
      put16(out_, 20);
      put16(out_, file.flags);
      put16(out_, file.method);
      put32(out_, 0);
      put32(out_, file.descriptor ? 0 : crc);
      put32(out_, file.descriptor ? 0 : file.zip64 ? UINT32_MAX : packed.size());
      put32(out_, file.descriptor ? 0 : file.zip64 ? UINT32_MAX : file.bytes.size());
      put16(out_, file.name.size());
      put16(out_, extra.size());
      out_ += file.name + extra + packed;
      if (file.descriptor) {
        out_ += "PK\x07\x08";
        put32(out_, crc);
        put32(out_, packed.size());
        put32(out_, file.bytes.size());
      }
    }
    if (!file.in_directory) return at;
    std::string extra = file.extra;
    if (file.zip64) {
      put16(extra, 1);
      put16(extra, 24);
      put64(extra, file.bytes.size());
      put64(extra, packed.size());
      put64(extra, at);
    }
    directory_ += "PK\x01\x02";
    put16(directory_, 20);
    put16(directory_, 20);
    put16(directory_, file.flags);
    put16(directory_, file.method);
    put32(directory_, 0);
    put32(directory_, crc);
    put32(directory_, file.zip64 ? UINT32_MAX : packed.size());
    put32(directory_, file.zip64 ? UINT32_MAX : file.bytes.size());
    put16(directory_, file.name.size());
    put16(directory_, extra.size());
    put16(directory_, file.comment.size());
    put16(directory_, 0);
    put16(directory_, 0);
    put32(directory_, 0);
    put32(directory_, file.zip64 ? UINT32_MAX : at);
    directory_ += file.name + extra + file.comment;
    ++entries_;
    zip64_ = zip64_ || file.zip64;
    return at;
  }
  void raw(const std::string &bytes) { out_ += bytes; }

  std::string finish(const std::string &comment = "") {
    const std::uint64_t begin = out_.size();
    std::string out = out_ + directory_;
    if (zip64_) {
      const std::uint64_t record = out.size();
      out += "PK\x06\x06";
      put64(out, 44);
      put16(out, 45);
      put16(out, 45);
      put32(out, 0);
      put32(out, 0);
      put64(out, entries_);
      put64(out, entries_);
      put64(out, directory_.size());
      put64(out, begin);
      out += "PK\x06\x07";
      put32(out, 0);
      put64(out, record);
      put32(out, 1);
    }
    out += "PK\x05\x06";
    put32(out, 0);
    put16(out, zip64_ ? 0xFFFF : entries_);
    put16(out, zip64_ ? 0xFFFF : entries_);
    put32(out, zip64_ ? UINT32_MAX : directory_.size());
    put32(out, zip64_ ? UINT32_MAX : begin);
    put16(out, comment.size());
    return out + comment;
  }

 private:
  std::string out_;
  std::string directory_;
  std::uint64_t entries_ = 0;
  bool zip64_ = false;
};

}  // namespace dislodge::evidence
