#pragma once
// SARIF 2.1.0 (OASIS): what scanners and code hosts exchange. `scan` writes it and reads other scanners'
// files.
//
//   SarifWriter sarif(rules);
//   sarif.add({sighting, path, fingerprint});
//   write_file(out, sarif.finish());
//
// An item within a container ("mail.mbox!/3!/2") is a nested artifact: its region counts within itself.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sarif_reader.hpp"
#include "secret/rule.hpp"
#include "secret/sighting.hpp"

namespace dislodge::report {

using detect::SarifResult;

class SarifWriter {
 public:
  explicit SarifWriter(const secret::RuleSet &rules) : rules_(rules) {}

  // `path` is where to find the item; `suppressed` says why it does not count, or "".
  void add(const secret::Sighting &sighting, std::string_view path, std::string_view fingerprint,
           std::string_view suppressed);
  void add_foreign(const SarifResult &result);
  std::string finish();

 private:
  struct Artifact {
    std::string uri;
    std::int64_t parent = -1;
  };
  std::int64_t artifact(std::string_view path);
  std::size_t rule_number(std::string_view id);

  const secret::RuleSet &rules_;
  std::string results_;
  std::vector<Artifact> artifacts_;
  std::map<std::string, std::int64_t, std::less<>> artifact_numbers_;  // by the path so far
  std::vector<std::string> rule_ids_;
  std::map<std::string, std::size_t, std::less<>> rule_numbers_;
};

using detect::read_sarif;

}  // namespace dislodge::report
