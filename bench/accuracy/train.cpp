// Trains the model that weighs values assigned to names of secrets (src/secret/assignment.hpp).
//
//   accuracy_train --out src/secret/assignment_weights.inc [--leave-one-out [--findings FILE]] DATA...
//
// DATA are folders in the layout that bench/accuracy/score.py describes: the labelled sample of real
// repositories, and what bench/accuracy/generate.py makes. Logistic regression with an L2 penalty, full
// batches, no chance: the same data give the same weights. With --leave-one-out each repository of the first
// DATA is judged by a model trained without it; with --findings such a model also takes the place of the
// built-in one in a scan of the repository with all rules, and what was found is written for score.py
// --findings: figures of the whole scanner on repositories that its model has not seen.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "secret/assignment.hpp"
#include "secret/assignment_features.hpp"
#include "secret/matcher.hpp"
#include "secret/prose.hpp"
#include "secret/rule.hpp"
#include "secret/scanner.hpp"

namespace {

using namespace dislodge;

constexpr double kPenalty = 2.0;
constexpr double kUnlabelledWeight = 0.4;
constexpr int kRounds = 600;

struct Row {
  int first = 0, last = 0, begin = -1, end = -1;
  char truth = 'F';
};
struct Sample {
  std::vector<std::pair<std::uint16_t, float>> features;
  double label = 0;
  double weight = 1;
  int repository = 0;
  std::string text;  // for --list
};

std::vector<std::string> fields_of(const std::string &line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else if (c != '\r')
      out.back() += c;
  }
  return out;
}

int number(const std::string &text) {
  return text.empty() ? -1 : static_cast<int>(std::strtod(text.c_str(), nullptr));
}

std::map<std::string, std::vector<Row>> read_rows(const std::filesystem::path &data) {
  std::map<std::string, std::vector<Row>> rows;
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(data / "meta")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto &path : files) {
    const auto text = base::read_file(path);
    if (!text) continue;
    std::vector<std::string> names;
    std::size_t at = 0;
    while (at < text->size()) {
      const std::size_t end = std::min(text->find('\n', at), text->size());
      const auto fields = fields_of(text->substr(at, end - at));
      at = end + 1;
      if (names.empty()) {
        names = fields;
        continue;
      }
      const auto field = [&](std::string_view name) {
        const auto place = std::find(names.begin(), names.end(), name);
        const auto i = static_cast<std::size_t>(place - names.begin());
        return i < fields.size() ? fields[i] : std::string();
      };
      if (field("FilePath").empty()) continue;
      Row row;
      row.first = number(field("LineStart"));
      row.last = number(field("LineEnd"));
      row.begin = number(field("ValueStart"));
      row.end = number(field("ValueEnd"));
      row.truth = field("GroundTruth").empty() ? 'F' : field("GroundTruth")[0];
      const std::string category = field("Category");
      if (category == "UUID" || category == "Nonce" || category == "Salt") row.truth = 'X';
      rows[field("FilePath")].push_back(row);
    }
  }
  return rows;
}

// Where a character of a line lies in the text.
std::size_t offset_of(std::string_view text, const std::vector<std::size_t> &lines, int line, int character) {
  if (line < 1 || static_cast<std::size_t>(line) > lines.size()) return text.size();
  std::size_t at = lines[static_cast<std::size_t>(line) - 1];
  while (at < text.size() && character > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    --character;
  }
  return at;
}

void collect(const std::filesystem::path &data, const secret::Matcher &matcher,
             secret::Matcher::Scratch &scratch, std::vector<std::string> &repositories,
             std::vector<Sample> &out) {
  auto rows = read_rows(data);
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(data / "data"))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  const auto first_trigger = static_cast<std::uint32_t>(secret::prose_triggers().size());
  for (const auto &path : files) {
    const auto read = base::read_file(path);
    if (!read) continue;
    const std::string_view text = *read;
    const std::string relative = std::filesystem::relative(path, data).generic_string();
    const std::string repository = relative.substr(5, relative.find('/', 5) - 5);
    auto place = std::find(repositories.begin(), repositories.end(), repository);
    if (place == repositories.end()) place = repositories.insert(place, repository);
    std::vector<std::size_t> lines = {0};
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') lines.push_back(i + 1);
    struct Labelled {
      std::size_t begin, end;
      bool exact;
      char truth;
    };
    std::vector<Labelled> labelled;
    for (const Row &row : rows[relative]) {
      Labelled one{};
      one.exact = row.begin >= 0;
      one.truth = row.truth;
      one.begin = offset_of(text, lines, row.first, std::max(row.begin, 0));
      one.end = row.end >= 0 ? offset_of(text, lines, row.last, row.end)
                             : std::min(text.find('\n', offset_of(text, lines, row.last, 0)), text.size());
      labelled.push_back(one);
    }
    secret::Matches matches;
    matcher.find(text, scratch, matches);
    std::size_t read_to = 0;
    secret::AssignmentFeatures features{};
    const secret::FileKind file = secret::file_kind_of(relative);
    for (const secret::TriggerHit &hit : matches.triggers) {
      if (hit.trigger < first_trigger || hit.end <= read_to) continue;
      secret::AssignmentCandidate candidate;
      const bool found = secret::read_assignment(text, hit.end, candidate);
      read_to = std::max(candidate.name_end, hit.end);
      if (!found || !secret::assignment_features(text, file, candidate, features)) continue;
      Sample sample;
      bool skip = false, any = false;
      for (const Labelled &one : labelled) {
        if (candidate.begin >= one.end || one.begin >= candidate.end) continue;
        any = true;
        if (one.truth == 'T' && one.exact) sample.label = 1;
        skip = skip || one.truth == 'X';
      }
      if (skip && sample.label == 0) continue;
      sample.weight = any ? 1 : kUnlabelledWeight;
      sample.repository = static_cast<int>(place - repositories.begin());
      for (std::size_t i = 0; i < secret::kAssignmentFeatures; ++i)
        if (features[i] != 0)
          sample.features.emplace_back(static_cast<std::uint16_t>(i), static_cast<float>(features[i]));
      const std::size_t from = candidate.name_begin;
      sample.text =
          relative + ": " + std::string(text.substr(from, std::min<std::size_t>(candidate.end - from, 160)));
      for (char &c : sample.text)
        if (c == '\n') c = ' ';
      out.push_back(std::move(sample));
    }
  }
}

// What is written the same way many times weighs as its root.
void weigh(std::vector<Sample> &samples) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::string key = std::to_string(samples[i].repository) + "/" + std::to_string(samples[i].label);
    for (const auto &[index, value] : samples[i].features)
      key += "," + std::to_string(index) + ":" + std::to_string(static_cast<int>(value * 8));
    groups[key].push_back(i);
  }
  for (const auto &[key, members] : groups)
    for (const std::size_t i : members) samples[i].weight /= std::sqrt(static_cast<double>(members.size()));
}

double score(const std::vector<double> &weights, const Sample &sample) {
  double sum = 0;
  for (const auto &[index, value] : sample.features) sum += weights[index] * static_cast<double>(value);
  return 1 / (1 + std::exp(-sum));
}

std::vector<double> train(const std::vector<Sample> &samples, int without) {
  std::vector<double> weights(secret::kAssignmentFeatures, 0.0), squares(weights.size(), 1e-6),
      slope(weights.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < weights.size(); ++i) slope[i] = i == 0 ? 0 : kPenalty * weights[i];
    for (const Sample &sample : samples) {
      if (sample.repository == without) continue;
      const double error = (score(weights, sample) - sample.label) * sample.weight;
      for (const auto &[index, value] : sample.features) slope[index] += error * static_cast<double>(value);
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      squares[i] = 0.97 * squares[i] + 0.03 * slope[i] * slope[i];
      weights[i] -= 0.05 / (1 + round / 100.0) * slope[i] / (std::sqrt(squares[i]) + 1e-9);
    }
  }
  return weights;
}

void judge(const char *name, const std::vector<Sample> &samples, const std::vector<double> &weights,
           int repository) {
  int right = 0, wrong = 0, missed = 0, loose = 0;
  for (const Sample &sample : samples) {
    if (repository >= 0 && sample.repository != repository) continue;
    const bool says = score(weights, sample) * 0.97 >= secret::kAssignmentThreshold;
    if (says && sample.label > 0) ++right;
    if (!says && sample.label > 0) ++missed;
    if (says && sample.label == 0) ++(sample.weight < kUnlabelledWeight + 1e-9 ? loose : wrong);
  }
  const double precision = right + wrong > 0 ? static_cast<double>(right) / (right + wrong) : 0;
  const double recall = right + missed > 0 ? static_cast<double>(right) / (right + missed) : 0;
  std::printf("%-24s right %5d wrong %5d missed %5d light %5d   precision %.3f recall %.3f\n", name, right,
              wrong, missed, loose, precision, recall);
}

class FindingsFile : public secret::FoundSink {
 public:
  explicit FindingsFile(std::FILE *file) : file_(file) {}
  void found(secret::Found found) override {
    const secret::Sighting &s = found.sighting;
    if (!s.rejected.empty() || (s.identifier && !s.kind.ends_with("-key-id"))) return;
    std::fprintf(
        file_,
        "{\"item\": \"%s\", \"offset\": %llu, \"length\": %llu, \"rule\": \"%s\", \"confidence\": %.3f}\n",
        s.item.c_str(), static_cast<unsigned long long>(s.offset), static_cast<unsigned long long>(s.length),
        s.rule.c_str(), s.confidence);
  }

 private:
  std::FILE *file_;
};

// Scans a repository with a model that has not seen it in place of the built-in one.
bool scan_repository(const std::filesystem::path &data, const std::string &repository,
                     const std::vector<double> &trained, const secret::RuleSet &rules,
                     const secret::Matcher &matcher, FindingsFile &out) {
  std::array<double, secret::kAssignmentFeatures> weights{};
  std::copy(trained.begin(), trained.end(), weights.begin());
  secret::use_assignment_weights(&weights);
  auto scanner = secret::Scanner::make(rules, matcher, {});
  if (!scanner) return false;
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(data / "data" / repository))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto &path : files) {
    const auto text = base::read_file(path);
    if (!text) continue;
    const std::string item = std::filesystem::relative(path, data).generic_string();
    evidence::TextView view;
    view.item = item;
    view.text = *text;
    scanner->scan(view, out);
  }
  secret::use_assignment_weights(nullptr);
  return true;
}

}  // namespace

int main(int argc, char **argv) {
  std::string out, findings;
  bool leave = false, list = false;
  std::vector<std::string> data;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--out") == 0 && i + 1 < argc)
      out = argv[++i];
    else if (std::strcmp(argv[i], "--findings") == 0 && i + 1 < argc)
      findings = argv[++i];
    else if (std::strcmp(argv[i], "--leave-one-out") == 0)
      leave = true;
    else if (std::strcmp(argv[i], "--list") == 0)
      list = true;
    else
      data.emplace_back(argv[i]);
  }
  if (data.empty()) {
    std::fprintf(stderr,
                 "accuracy_train [--out FILE] [--leave-one-out] [--findings FILE] [--list] DATA...\n");
    return 2;
  }
  const secret::RuleSet rules;
  auto matcher = secret::Matcher::open(rules, {});
  if (!matcher) {
    std::fprintf(stderr, "%s\n", matcher.error().message.c_str());
    return 4;
  }
  auto scratch = matcher->scratch();
  if (!scratch) return 4;
  std::vector<std::string> repositories;
  std::vector<Sample> samples;
  std::size_t of_first = 0;
  for (const std::string &folder : data) {
    collect(folder, *matcher, *scratch, repositories, samples);
    if (of_first == 0) of_first = repositories.size();
  }
  weigh(samples);
  std::printf("%zu candidates of %zu repositories\n", samples.size(), repositories.size());
  std::FILE *found = findings.empty() ? nullptr : std::fopen(findings.c_str(), "w");
  auto all_rules = secret::load_embedded_rules();
  auto all_matcher = all_rules ? secret::Matcher::open(*all_rules, {}) : std::move(matcher);
  if (leave)
    for (std::size_t i = 0; i < of_first; ++i) {
      const auto without = train(samples, static_cast<int>(i));
      judge(repositories[i].c_str(), samples, without, static_cast<int>(i));
      if (found == nullptr || !all_rules || !all_matcher) continue;
      FindingsFile sink(found);
      if (!scan_repository(data.front(), repositories[i], without, *all_rules, *all_matcher, sink)) return 4;
    }
  if (found != nullptr) std::fclose(found);
  const auto weights = train(samples, -1);
  for (std::size_t i = 0; i < of_first; ++i)
    judge((repositories[i] + " (seen)").c_str(), samples, weights, static_cast<int>(i));
  judge("all (seen)", samples, weights, -1);
  if (list)
    for (const Sample &sample : samples) {
      const double says = score(weights, sample);
      if ((says >= 0.5) != (sample.label > 0))
        std::printf("%c %.2f %s\n", sample.label > 0 ? 'T' : 'F', says, sample.text.c_str());
    }
  if (!out.empty()) {
    std::FILE *file = std::fopen(out.c_str(), "w");
    if (file == nullptr) return 4;
    std::fprintf(file, "// Written by bench/accuracy/train.cpp; see there.\n");
    for (std::size_t i = 0; i < weights.size(); ++i)
      std::fprintf(file, "%s%.4f,%s", i % 10 == 0 ? "    " : " ", weights[i],
                   i % 10 == 9 || i + 1 == weights.size() ? "\n" : "");
    std::fclose(file);
  }
  return 0;
}
