// Any text through the whole scanner: every place lies inside the text, every mask hides enough.
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "secret/scanner.hpp"

namespace {

using namespace dislodge;

class Judge : public secret::FoundSink {
 public:
  explicit Judge(std::size_t size) : size_(size) {}
  void found(secret::Found one) override {
    const secret::Sighting &s = one.sighting;
    if (one.value.empty() || s.kind.empty() || s.rule.empty() || s.line == 0 || s.column == 0) std::abort();
    if (s.item == "item" && (s.length == 0 || s.offset + s.length > size_)) std::abort();
    if (s.confidence < 0 || s.confidence > 1) std::abort();
    // The mask of a key is a description ("private key", "RSA 2048"), whose words a key's text may hold.
    if (s.kind == "private-key") return;
    for (std::size_t i = 0; i + 5 <= one.value.size() && one.value.size() >= 8; ++i) {
      const auto part = one.value.substr(i, 5);
      // The mask's own ellipsis shows nothing of a value that holds one.
      if (part.find("\u2026") != part.npos) continue;
      if (!s.identifier && s.mask.find(part) == 0) std::abort();
    }
  }

 private:
  std::size_t size_;
};

// Made once and kept; a failure here is a broken build, not a finding.
secret::Scanner &scanner() {
  static secret::Scanner *const kScanner = [] {
    auto rules = secret::load_embedded_rules();
    if (!rules) std::abort();
    auto *kept_rules = new secret::RuleSet(std::move(*rules));
    auto matcher =
        secret::Matcher::open(*kept_rules, std::filesystem::temp_directory_path() / "dislodge-fuzz-rules");
    if (!matcher) std::abort();
    auto *kept_matcher = new secret::Matcher(std::move(*matcher));
    secret::ScanOptions options;
    options.keep_rejected = true;
    auto made = secret::Scanner::make(*kept_rules, *kept_matcher, options);
    if (!made) std::abort();
    return new secret::Scanner(std::move(*made));
  }();
  return *kScanner;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  evidence::TextView view;
  view.item = "item";
  view.text = {reinterpret_cast<const char *>(data), size};
  Judge judge(size);
  scanner().scan(view, judge);
  // Another item, so that what was seen is forgotten.
  view.item = "other";
  view.text = {};
  scanner().scan(view, judge);
  return 0;
}
