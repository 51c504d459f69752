#include "identity/directory.hpp"

#include <algorithm>

#include "identity/aws_account.hpp"
#include "identity/azurehound.hpp"
#include "identity/listings.hpp"
#include "identity/opengraph.hpp"
#include "identity/sharphound.hpp"
#include "log/transcode.hpp"

namespace dislodge::identity {
namespace {

constexpr std::size_t kLookBytes = 128u << 10;  // even, so that no UTF-16 unit is cut

struct Kind {
  bool (*recognises)(std::string_view bytes);
  base::Result<void> (*read)(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                             const FactSpill &spill);
};
// The first that recognises a file reads it: the more particular stand first.
constexpr Kind kKinds[] = {
    {opengraph::recognises_directory, opengraph::read_directory},
    {azurehound::recognises_directory, azurehound::read_directory},
    {sharphound::recognises_directory, sharphound::read_directory},
    {aws::recognises_directory, aws::read_directory},
    {listings::recognises_directory, listings::read_directory},
};

bool recognises_utf8(std::string_view bytes) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](const Kind &kind) { return kind.recognises(bytes); });
}

base::Result<void> read_utf8(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                             const FactSpill &spill) {
  for (const Kind &kind : kKinds) {
    if (kind.recognises(item.bytes)) return kind.read(item, out, sink, spill);
  }
  return base::fail(base::ErrorKind::unsupported, std::string(item.path) + ": no directory export");
}

// Tells bytes of the UTF-8 text as bytes of the UTF-16 file they come from.
class ScalingSink : public evidence::Sink {
 public:
  ScalingSink(evidence::Sink &sink, std::uint64_t size, std::uint64_t text_size)
      : sink_(sink), size_(size), text_size_(text_size) {}
  evidence::RecordId record(evidence::Record record) override { return sink_.record(std::move(record)); }
  std::size_t text(const evidence::TextView &text) override { return sink_.text(text); }
  std::size_t child(const evidence::ItemView &item) override { return sink_.child(item); }
  void unread(evidence::Unread part) override {
    const double share =
        text_size_ == 0 ? 0.0 : static_cast<double>(part.bytes) / static_cast<double>(text_size_);
    part.bytes = std::min(size_ - told_, static_cast<std::uint64_t>(share * static_cast<double>(size_)));
    told_ += part.bytes;
    sink_.unread(std::move(part));
  }
  const base::Limits &limits() const override { return sink_.limits(); }

 private:
  evidence::Sink &sink_;
  std::uint64_t size_, text_size_;
  std::uint64_t told_ = 0;
};

}  // namespace

bool recognises_directory(std::string_view bytes) {
  if (const auto order = log::looks_utf16(bytes)) {
    return recognises_utf8(log::from_utf16(bytes.substr(0, kLookBytes), *order).text);
  }
  // A supplier's notice has "from", "to" and a kind as a listing of rights has, and is none.
  if (bytes.substr(0, 1024).find("\"dislodge-manifest\"") != std::string_view::npos) return false;
  return recognises_utf8(bytes);
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill) {
  const auto order = log::looks_utf16(item.bytes);
  if (!order) return read_utf8(item, out, sink, spill);
  // A collector's output that went through PowerShell's ">". It is turned whole, so its size is limited.
  if (item.bytes.size() > sink.limits().unit_bytes) {
    return base::fail(
        base::ErrorKind::limit,
        std::string(item.path) + ": UTF-16 beyond unit_bytes; convert it to UTF-8 and add it again");
  }
  const log::Transcoded text = log::from_utf16(item.bytes, *order);
  evidence::ItemView plain = item;
  plain.bytes = text.text;
  ScalingSink scaling(sink, item.bytes.size(), text.text.size());
  return read_utf8(plain, out, scaling, spill);
}

}  // namespace dislodge::identity
