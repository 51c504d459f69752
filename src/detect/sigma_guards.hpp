#pragma once
// Guards: of each rule one condition that every record which it finds fulfils, chosen so that few others do.
// A rule is evaluated only where its guard holds, and nearly no record fulfils any.
//
// A guard looks at one field, seldom at several. Guards of one field are looked up together: the field is
// read once, a text that has been seen before says at once which guards it fulfils (names of operations,
// programs and browsers come again and again), and one that has not is looked up among all texts that guards
// ask for. Rules whose guards would compare one field with many parts of texts, as those of Windows' command
// lines, have none: they are found by literals in the record's bytes (sigma_matcher.cpp).

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/sigma_compiled.hpp"
#include "detect/sigma_fields.hpp"
#include "detect/sigma_logsource.hpp"

namespace dislodge::detect {

// What the guards ask of one field.
struct GuardedField {
  struct Part {
    const SigmaPattern *pattern = nullptr;
    std::uint32_t rule = 0;
  };
  std::uint32_t field = 0;                                            // index of its plan
  std::uint32_t sources = 0;                                          // of its rules
  std::unordered_map<std::string, std::vector<std::uint32_t>> whole;  // lower case -> rules
  std::vector<Part> parts;                                            // compared one by one
  std::vector<std::uint32_t> absent;                                  // rules where it is not there
  std::vector<std::uint32_t> present;                                 // rules where anything stands in it
};

class SigmaGuards {
 public:
  // The rules and their patterns must outlive it. Of a rule that the matcher can find by literals it says
  // so with `by_literal`: without a good guard such a rule is left to the literals.
  SigmaGuards(const SigmaSet &set, const std::vector<CompiledRule> &rules,
              const std::vector<bool> &by_literal);

  const std::vector<GuardedField> &fields() const { return fields_; }
  // Indices into fields().
  const std::vector<std::uint32_t> &fields_of(log::Source source) const {
    return of_source_[static_cast<std::size_t>(source)];
  }
  const std::vector<std::uint32_t> &without() const { return without_; }  // rules that have no guard

 private:
  struct Atom;
  class Chooser;
  void add(const Atom &atom, std::uint32_t rule, std::uint32_t sources);

  std::vector<GuardedField> fields_;
  std::unordered_map<std::uint32_t, std::uint32_t> place_of_;  // of a field in fields_
  std::vector<std::vector<std::uint32_t>> of_source_;
  std::vector<std::uint32_t> without_;
};

// The rules whose guards a record fulfils, and what is remembered of texts. One a thread.
class GuardReader {
 public:
  explicit GuardReader(const SigmaGuards &guards) : guards_(guards), known_(guards.fields().size()) {}

  // Calls each(rule) for rules whose guards the record that `fields` has begun fulfils; for some twice.
  template <typename Each>
  void rules(log::Source source, FieldReader &fields, Each &&each) {
    for (const std::uint32_t place : fields_at(source, fields)) {
      const GuardedField &field = guards_.fields()[place];
      const auto &values = fields.values(field.field);
      if (values.empty()) {
        for (const std::uint32_t rule : field.absent) each(rule);
        continue;
      }
      for (const std::uint32_t rule : field.present) each(rule);
      for (const FieldValue &value : values)
        for (const std::uint32_t rule : rules_of(place, value.text)) each(rule);
    }
  }

 private:
  struct Known {
    std::size_t hash = 0;
    std::string text;
    std::vector<std::uint32_t> rules;
    bool used = false;
  };
  // Fields that a record of this source and shape can fulfil a guard by.
  const std::vector<std::uint32_t> &fields_at(log::Source source, FieldReader &fields);
  const std::vector<std::uint32_t> &rules_of(std::uint32_t place, std::string_view text);
  void find(const GuardedField &field, std::string_view text, std::vector<std::uint32_t> &out);

  const SigmaGuards &guards_;
  std::vector<std::vector<Known>> known_;  // a table of texts a field, made when it is first read
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> fields_at_;  // by shape and source
  std::vector<std::uint32_t> *last_fields_ = nullptr;
  std::uint64_t last_key_ = 0;
  std::vector<std::uint32_t> found_;
  std::string lower_;
};

}  // namespace dislodge::detect
