#include "engine/options.hpp"

#include <mutex>
#include <stdexcept>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "engine/detect_rules.hpp"
#include "engine/inputs.hpp"

namespace dislodge::engine {

using base::Result;

namespace {

Result<std::unique_ptr<SecretRules>> load(const Options &options, bool detections) {
  auto loaded = std::make_unique<SecretRules>();
  if (options.rules_folder.empty()) {
    DISLODGE_TRY_ASSIGN(loaded->rules, secret::load_embedded_rules());
  } else {
    const std::filesystem::path secrets = options.rules_folder / "secrets";
    DISLODGE_TRY_ASSIGN(loaded->rules,
                        secret::load_rules_from(base::is_there(secrets) ? secrets : options.rules_folder));
  }
  for (const std::filesystem::path &added : options.added_rules) {
    DISLODGE_TRY_ASSIGN(secret::RuleSet more, secret::load_rules_from(added));
    DISLODGE_TRY_ASSIGN(loaded->rules, secret::join_rules(std::move(loaded->rules), std::move(more)));
  }
  // Compiling takes seconds, so the build did it for this machine; elsewhere the first run does it for the
  // user.
  std::filesystem::path cache = options.cache_folder;
  std::error_code error;
  const std::filesystem::path built =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "rules-cache";
  if (!error && base::is_there(built / secret::Matcher::cache_name(loaded->rules))) cache = built;
  DISLODGE_TRY_ASSIGN(secret::Matcher matcher, secret::Matcher::open(loaded->rules, cache));
  loaded->matcher = std::make_unique<secret::Matcher>(std::move(matcher));
  loaded->digest = loaded->rules.digest;
  if (detections) {
    DISLODGE_TRY_ASSIGN(const RuleTexts texts, load_rule_texts(options));
    DISLODGE_TRY_ASSIGN(const auto detect_options, load_detect_options(texts.files));
    loaded->detections = detect_options->sigma;
    loaded->digest += ' ' + loaded->detections->set().digest;
  }
  loaded->allow_comments = options.allow_comments;
  return loaded;
}

}  // namespace

Result<std::unique_ptr<SecretRules>> load_secret_rules(const Options &options) {
  return load(options, true);
}

Result<std::unique_ptr<SecretRules>> load_scan_rules(const Options &options) {
  return load(options, false);
}

Result<std::shared_ptr<const detect::DetectOptions>> load_detect_options(
    const std::vector<base::EmbeddedRule> &files) {
  // The workers' rules and the passes over the case are the same; the server derives again and again.
  static std::mutex mutex;
  static std::string known;
  static std::shared_ptr<const detect::DetectOptions> last;
  std::string key;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("detections/") == std::string_view::npos) continue;
    key += file.path;
    key += base::to_hex(base::sha256(file.text));
  }
  const std::lock_guard lock(mutex);
  if (last == nullptr || known != key) {
    DISLODGE_TRY_ASSIGN(detect::DetectOptions loaded, detect::load_options(files));
    last = std::make_shared<const detect::DetectOptions>(std::move(loaded));
    known = std::move(key);
  }
  return last;
}

std::unique_ptr<secret::Scanner> make_scanner(const SecretRules &rules, bool keep_rejected,
                                              bool surroundings) {
  secret::ScanOptions options;
  options.keep_rejected = keep_rejected;
  options.surroundings = surroundings;
  options.allow_comments = rules.allow_comments;
  auto made = secret::Scanner::make(rules.rules, *rules.matcher, options);
  if (!made) throw std::runtime_error(made.error().message);  // no memory for a scratch space
  return std::make_unique<secret::Scanner>(std::move(*made));
}

}  // namespace dislodge::engine
