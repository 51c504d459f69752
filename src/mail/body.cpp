#include "mail/body.hpp"

#include "mail/base64.hpp"
#include "mail/quoted_printable.hpp"
#include "mail/transfer.hpp"

namespace dislodge::mail {
namespace {

// What most attachments fit into is kept, so that they are decoded into memory that is in the cache.
constexpr std::size_t kKeptMax = 1u << 20;

}  // namespace

char *Body::room_for(std::size_t size) {
  if (size > size_) {
    size_ = size + size / 4;
    memory_ = std::make_unique_for_overwrite<char[]>(size_);
  }
  return memory_.get();
}

void Body::reuse() {
  bytes = {};
  if (size_ > kKeptMax) {
    memory_.reset();
    size_ = 0;
  }
  if (owned.capacity() > kKeptMax)
    owned = {};
  else
    owned.clear();
}

void Body::decode(std::string_view raw, std::string_view encoding) {
  blanks = false;
  if (encoding == "base64" || encoding == "b") {
    char *const to = room_for(base64_room(raw.size()));
    const Base64Result result = decode_base64_to(raw, to);
    bytes = {to, result.size};
    blanks = result.blanks;
  } else if (encoding == "quoted-printable" || encoding == "quoted-print" || encoding == "quoted_printable") {
    char *const to = room_for(quoted_printable_room(raw.size()));
    bytes = {to, decode_quoted_printable_to(raw, to)};
  } else if (encoding == "x-uuencode" || encoding == "uuencode" || encoding == "x-uue" || encoding == "uue") {
    owned.clear();
    decode_uuencoded(raw, owned);
    bytes = owned;
  } else {
    bytes = raw;
  }
}

}  // namespace dislodge::mail
