#include "disclose/package.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <tuple>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "detect/object_lines.hpp"
#include "disclose/withhold.hpp"
#include "identity/owner.hpp"

namespace dislodge::disclose {
namespace {

constexpr std::string_view kKind = "dislodge-manifest";

// One person however their name is typed: case and blanks do not count.
std::string person_of(std::string_view name) {
  std::string out;
  for (const char c : base::lower(base::trim(name))) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return out;
}

std::string domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == address.npos ? std::string() : base::lower(address.substr(at + 1));
}

}  // namespace

base::Result<Selection> select_messages(const Party &party, const std::vector<Correspondence> &mail,
                                        const identity::Ourselves &us, const PackageOptions &options) {
  std::set<std::string> people;
  for (const std::string &name : options.released_by) {
    if (std::string person = person_of(name); !person.empty()) people.insert(std::move(person));
  }
  if (people.size() < 2) {
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("package for {}: two different people release it; name both with --released-by",
                    party.organisation));
  }
  if (!options.also.empty() && base::trim(options.also_confirmed_by).empty())
    return base::fail(base::ErrorKind::usage,
                      fmt::format("package for {}: a grouping releases nothing by itself: --also needs "
                                  "--also-confirmed-by NAME, who knows that they are one organisation",
                                  party.organisation));
  std::set<std::string> theirs(party.domains.begin(), party.domains.end());
  std::set<std::string> joined;  // registrable: a confirmed domain stands for all below it
  for (const std::string &domain : options.also) joined.insert(base::lower(domain));
  const auto is_theirs = [&](const std::string &domain) {
    return theirs.contains(domain) ||
           (!joined.empty() &&
            (joined.contains(domain) || joined.contains(identity::registrable_domain(domain))));
  };
  std::set<std::string> held;
  for (const std::string &address : options.held_custodians) held.insert(base::lower(address));
  std::map<std::string, std::vector<std::string>> secrets_at;  // item of a message -> kinds
  for (const PartySecret &secret : party.secrets) {
    for (const std::string &place : secret.places)
      secrets_at[place.substr(0, place.rfind(":line "))].push_back(secret.kind);
  }

  std::map<std::pair<base::Time, std::string>, PackageRow> rows;
  Selection selection;
  std::set<std::string> counted;
  for (const Correspondence &message : mail) {
    if (!message.exposed) continue;
    bool with_them = false, with_others = false;
    bool legal_staff = held.count(base::lower(message.resource)) != 0;
    for (const std::string &address : message.people) {
      legal_staff |= held.count(base::lower(address)) != 0;
      const std::string domain = domain_of(address);
      // Of a mail provider's many customers one is the party.
      if (party.free_mail ? base::equal_ignoring_case(address, party.organisation) : is_theirs(domain))
        with_them = true;
      else if (!us.ours(domain) && !us.ours(identity::registrable_domain(domain)))
        with_others = true;
    }
    if (!with_them) continue;
    const std::string id = message.message_id.empty() ? message.item : message.message_id;
    if (with_others || legal_staff) {
      if (counted.insert(id).second) ++(with_others ? selection.others : selection.legal);
      continue;
    }
    PackageRow &row = rows[{message.sent, id}];
    if (row.message == nullptr) {
      row.message = &message;
      row.subject = message.subject;
    }
    row.id = id;
    row.copies.push_back(&message);
    row.seen |= message.seen_accessed;
    for (const auto &[item, kinds] : secrets_at) {
      if (item == message.item || item.starts_with(message.item + "!/"))
        row.kinds.insert(kinds.begin(), kinds.end());
    }
  }
  if (options.only_secrets) std::erase_if(rows, [](const auto &one) { return one.second.kinds.empty(); });
  if (rows.empty() && party.secrets.empty()) {
    return base::fail(base::ErrorKind::usage,
                      fmt::format("package for {}: no message that could be given and no secret of theirs",
                                  party.organisation));
  }
  for (auto &[key, row] : rows) selection.rows.push_back(std::move(row));
  return selection;
}

std::string held_back(const std::vector<std::string> &others, bool unread_part,
                      const std::set<std::string> &not_given) {
  if (!others.empty()) return "others are named in its text, in what it quotes or in an attachment";
  if (not_given.contains(std::string(kSecretOfOthers))) return "a secret of somebody else stands in it";
  if (!not_given.empty()) return "a secret stands in it of which nobody knows whose it is";
  if (unread_part) return "a part of it could not be read, so nobody knows whom that concerns";
  return {};
}

std::string why_not_given(const std::string &owner, const Party &party, const identity::Ourselves &us,
                          const std::vector<std::string> &also) {
  if (owner.empty()) return std::string(kSecretOfNobodyKnown);
  if (us.ours(owner) || owner == party.organisation) return {};
  for (const std::string &domain : also)
    if (base::equal_ignoring_case(owner, domain) ||
        owner == identity::registrable_domain(base::lower(domain)))
      return {};
  return std::string(kSecretOfOthers);
}

Package package_of(const Selection &selection, const Party &party, const identity::Ourselves &us,
                   const PackageOptions &options) {
  Package package;
  package.organisation = party.organisation;
  package.messages = selection.rows.size();
  if (selection.others > 0) package.withheld.push_back({"other parties are named in it", selection.others});
  if (selection.legal > 0)
    package.withheld.push_back({"mail of legal staff that a person must look at first", selection.legal});
  std::map<std::string, std::uint64_t> reasons;
  bool contents = false;
  for (const PackageRow &row : selection.rows) {
    if (!row.content) continue;
    contents = true;
    package.in_part += row.content->withheld.empty() && !row.content->parts.empty();
    if (row.content->withheld.empty())
      ++package.given;
    else
      ++reasons[row.content->withheld];
  }
  const auto line = [&](auto &&body) {
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      body(json);
    });
    package.manifest += json.take() + "\n";
  };
  const auto withheld = [&](base::JsonWriter &json, std::string_view name,
                            const std::vector<Withheld> &list) {
    json.array_field(name, [&] {
      for (const Withheld &one : list)
        json.object([&] {
          json.field("why", one.why);
          json.field("messages", one.messages);
        });
    });
  };
  std::vector<Withheld> metadata_only;
  for (const auto &[why, messages] : reasons) metadata_only.push_back({why, messages});
  line([&](base::JsonWriter &json) {
    json.field("kind", kKind);
    json.field("from", us.primary);
    json.field("to", party.organisation);
    json.field("messages", package.messages);
    json.field("of", options.only_secrets ? "messages that hold secrets" : "all messages");
    json.list_field("released_by", options.released_by);
    if (!options.also.empty()) {
      json.list_field("also", options.also);
      json.field("also_confirmed_by", options.also_confirmed_by);
    }
    withheld(json, "withheld", package.withheld);
    if (contents) {
      json.field("contents", package.given);
      json.field("contents_in_part", package.in_part);
      withheld(json, "contents_withheld", metadata_only);
    }
  });
  std::uint64_t number = 0;
  for (const PackageRow &row : selection.rows) {
    ++number;
    line([&](base::JsonWriter &json) {
      json.field("message_id", row.message->message_id);
      json.field("sent", row.message->sent);
      json.field("from", row.message->people.empty() ? std::string() : row.message->people.front());
      json.list_field(
          "to", std::vector<std::string>(row.message->people.begin() + (row.message->people.empty() ? 0 : 1),
                                         row.message->people.end()));
      json.field("subject", row.subject);
      json.field("grade", row.seen ? "confirmed" : "possible");
      json.list_field("secrets", std::vector<std::string>(row.kinds.begin(), row.kinds.end()));
      if (!row.content) return;
      json.field("n", number);
      if (row.content->withheld.empty()) {
        json.field("content", row.content->parts.empty() ? "given" : "given in part");
        json.field("media_type", row.content->media_type);
        json.field("bytes", row.content->bytes);
        json.field("sha256", row.content->sha256);
        if (row.content->parts.empty()) return;
        json.array_field("withheld_parts", [&] {
          for (const WithheldPart &part : row.content->parts)
            json.object([&] {
              json.field("part", part.part);
              json.field("why", part.why);
              json.field("bytes", part.bytes);
              json.field("lines", part.lines);
              json.field("commitment", part.commitment);
            });
        });
        if (!row.content->commitment.empty()) json.field("commitment", row.content->commitment);
      } else {
        json.field("content", "withheld");
        json.field("why", row.content->withheld);
        if (!row.content->commitment.empty()) json.field("commitment", row.content->commitment);
      }
    });
  }
  for (Withheld &one : metadata_only) {
    one.why = "listed, content not given: " + one.why;
    package.withheld.push_back(std::move(one));
  }
  return package;
}

base::Result<Package> package_for(const Party &party, const std::vector<Correspondence> &mail,
                                  const identity::Ourselves &us, const PackageOptions &options) {
  DISLODGE_TRY_ASSIGN(const Selection selection, select_messages(party, mail, us, options));
  return package_of(selection, party, us, options);
}

base::Result<std::map<std::uint64_t, ListedContent>> contents_of(std::string_view manifest) {
  std::map<std::uint64_t, ListedContent> listed;
  DISLODGE_TRY(detect::each_object_line(
      manifest, "manifest", [&](std::size_t number, simdjson::dom::element row) -> base::Result<void> {
        std::uint64_t n = 0;
        std::string_view id, sha256, media_type;
        if (row["n"].get(n) != simdjson::SUCCESS || row["sha256"].get(sha256) != simdjson::SUCCESS) return {};
        if (row["message_id"].get(id) != simdjson::SUCCESS ||
            row["media_type"].get(media_type) != simdjson::SUCCESS)
          return base::fail(
              base::ErrorKind::usage,
              fmt::format("manifest, line {}: a message that is given has no id or type", number));
        ListedContent &one = listed[n] = {std::string(id), std::string(sha256), std::string(media_type)};
        simdjson::dom::array parts;
        if (row["withheld_parts"].get(parts) == simdjson::SUCCESS)
          for (const simdjson::dom::element part : parts)
            one.withheld_parts.emplace_back(detect::text_of(part, "why"));
        return {};
      }));
  return listed;
}

base::Result<Reconciled> reconcile(std::string_view manifest, const std::vector<Correspondence> &mail) {
  std::map<std::string, const Correspondence *> ours;
  for (const Correspondence &message : mail) {
    if (!message.message_id.empty()) ours.emplace(message.message_id, &message);
  }
  Reconciled result;
  std::set<std::string> listed;
  base::Time first = base::kTimeMax, last = base::kTimeMin;
  const auto take = [&](std::size_t number, simdjson::dom::element row) -> base::Result<void> {
    const auto bad = [&](std::string_view what) {
      return base::fail(base::ErrorKind::usage, fmt::format("manifest, line {}: {}", number, what));
    };
    if (result.from.empty()) {
      if (detect::text_of(row, "kind") != kKind) return bad("is not the head of a manifest");
      result.from = detect::text_of(row, "from");
      if (result.from.empty()) return bad("does not say who it is from");
      return {};
    }
    std::string_view id;
    if (row["message_id"].get(id) != simdjson::SUCCESS) return bad("has no message_id");
    if (const auto time = base::parse_time(detect::text_of(row, "sent"))) {
      first = std::min(first, *time);
      last = std::max(last, *time);
    }
    if (!listed.insert(std::string(id)).second) return {};
    ++result.listed;
    const auto found = ours.find(std::string(id));
    if (found == ours.end()) {
      ++result.missing_count;
      if (result.missing.size() < kMissingKept) result.missing.emplace_back(id);
      return {};
    }
    ++result.held;
    simdjson::dom::array secrets;
    if (row["secrets"].get(secrets) == simdjson::SUCCESS && secrets.size() > 0)
      result.with_secrets.emplace_back(id);
    return {};
  };
  DISLODGE_TRY(detect::each_object_line(manifest, "manifest", take));
  if (result.from.empty()) return base::fail(base::ErrorKind::usage, "the manifest is empty");
  for (const auto &[id, message] : ours) {
    if (listed.count(id) != 0 || message->sent < first || message->sent > last) continue;
    const bool with_them =
        std::any_of(message->people.begin(), message->people.end(), [&](const std::string &address) {
          const std::string domain = domain_of(address);
          return domain == result.from || domain.ends_with("." + result.from);
        });
    if (with_them) ++result.extra;
  }
  return result;
}

}  // namespace dislodge::disclose
