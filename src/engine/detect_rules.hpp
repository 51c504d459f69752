#pragma once
// The rules of rules/detections for a run. Workers and the passes over the case use the same, and the server
// derives again and again, so that they are compiled once a process.

#include <memory>
#include <vector>

#include "base/embedded_rules.hpp"
#include "detect/detect.hpp"
#include "engine/options.hpp"

namespace dislodge::engine {

// Compiled once for the same texts, however often a process asks. Safe from several threads.
base::Result<std::shared_ptr<const detect::DetectOptions>> load_detect_options(
    const std::vector<base::EmbeddedRule> &files);

// load_secret_rules() without rules for logs: `scan` without a case looks for secrets alone.
base::Result<std::unique_ptr<SecretRules>> load_scan_rules(const Options &options);

}  // namespace dislodge::engine
