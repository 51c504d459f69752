#include "reach/fill_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/encode.hpp"
#include "engine/store.hpp"
#include "identity/fact.hpp"
#include "identity/ids.hpp"

namespace dislodge::bench {
namespace {

using base::Result;

constexpr std::string_view kTenant = "6b1f4c1e-7a52-4c0f-9f55-0c8f7a3d2e10";
constexpr std::int64_t kBegin = 1'672'531'200'000'000;  // 2023-01-01
constexpr std::int64_t kSpan = 730 * base::kDay;

class Filler {
 public:
  Filler(casefile::Case &the_case, const CaseSize &size) : case_(the_case), size_(size) {
    for (std::uint64_t *one :
         {&size_.users, &size_.groups, &size_.services, &size_.memberships, &size_.grants, &size_.control,
          &size_.mailboxes, &size_.repositories, &size_.secrets, &size_.sightings, &size_.messages})
      *one = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(*one) * size.scale));
  }

  Result<void> fill() {
    DISLODGE_TRY(secrets());
    DISLODGE_TRY(directory());
    const std::uint64_t files = size_.mailboxes + size_.repositories;
    constexpr std::uint64_t kTogether = 500;
    for (std::uint64_t first = 0; first < files; first += kTogether) {
      casefile::Transaction transaction(case_.database());
      DISLODGE_TRY(transaction.begin());
      for (std::uint64_t file = first; file < std::min(files, first + kTogether); ++file)
        DISLODGE_TRY(content(file));
      DISLODGE_TRY(transaction.commit());
    }
    return {};
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  static std::string secret_id(std::uint64_t n) {
    return fmt::format("{:016x}{:016x}", n * 0x9E3779B97F4A7C15ull, n);
  }
  static std::string object(char kind, std::uint64_t n) {
    return fmt::format("{:08x}-{:04x}-4000-8000-{:012x}", n * 2654435761u & 0xFFFFFFFFu,
                       static_cast<unsigned>(kind), n);
  }
  static std::string principal(char kind, std::uint64_t n) {
    return identity::entra_principal(kTenant, object(kind, n));
  }
  static std::string user_name(std::uint64_t n) { return fmt::format("user{:06}@acme.example", n); }

  Result<void> secrets() {
    casefile::Transaction transaction(case_.database());
    DISLODGE_TRY(transaction.begin());
    DISLODGE_TRY_ASSIGN(auto insert,
                        case_.database().prepare("INSERT INTO secret (id, sealed, length) VALUES (?, ?, ?)"));
    std::vector<std::string> ids;
    ids.reserve(size_.secrets);
    for (std::uint64_t i = 0; i < size_.secrets; ++i) ids.push_back(secret_id(i));
    std::sort(ids.begin(), ids.end());
    const std::string sealed(48 + 16, 'x');
    for (const std::string &id : ids) {
      insert.bind(1, id).bind_blob(2, sealed).bind(3, 16);
      DISLODGE_TRY(insert.run());
    }
    return transaction.commit();
  }

  Result<void> evidence(std::int64_t id, const std::string &root, std::string_view type,
                        const std::string &custodian, engine::UnitRow &unit) {
    DISLODGE_TRY_ASSIGN(
        auto row,
        case_.database().prepare(
            "INSERT INTO evidence (id, root, path, size, sha256, type, custodian, collection, exposed_from, "
            "exposed_until, exposure_said, added) VALUES (?, ?, ?, 1000000, ?, ?, ?, '', NULL, NULL, 0, 0)"));
    unit.evidence = id;
    unit.id = fmt::format("{:064x}:0-1000000", id);
    unit.end = 1'000'000;
    row.bind_all(id, root, "/evidence/" + root, fmt::format("{:064x}", id), type, custodian);
    DISLODGE_TRY(row.run());
    DISLODGE_TRY_ASSIGN(auto made,
                        case_.database().prepare(
                            "INSERT INTO unit (id, evidence, begin, until, key, state, attempts, priority)"
                            " VALUES (?, ?, 0, 1000000, '', 'pending', 0, 0)"));
    made.bind_all(unit.id, id);
    return made.run();
  }

  identity::Grant grant(std::string_view kind, std::string from, std::string to,
                        const std::string &evidence) {
    identity::Grant one;
    one.kind = kind;
    one.from = std::move(from);
    one.to = std::move(to);
    one.id = identity::grant_id(one.kind, one.from, one.to);
    if (below(5) == 0) {
      one.valid.from = base::Time{kBegin + static_cast<std::int64_t>(below(kSpan))};
      one.start_known = true;
    }
    one.evidence = fmt::format("{}:line {}", evidence, ++line_);
    return one;
  }

  // Everything that one collector wrote, in pieces as the reader gives them.
  Result<void> directory() {
    casefile::Transaction transaction(case_.database());
    DISLODGE_TRY(transaction.begin());
    const std::string root = "azurehound.json";
    engine::UnitRow unit;
    DISLODGE_TRY(evidence(1, root, "json", "", unit));
    engine::UnitResult result;
    const auto give = [&](identity::Facts &facts, bool last) {
      const std::size_t count = facts.principals.size() + facts.grants.size();
      if (count == 0 || (!last && count < 200'000)) return;
      base::WireWriter out;
      facts.encode(out);
      result.facts += out.bytes();
      result.fact_count += count;
      facts = identity::Facts();
    };
    identity::Facts facts;
    const auto person = [&](char kind, std::uint64_t n, identity::PrincipalKind what) {
      identity::Principal one;
      one.id = principal(kind, n);
      one.kind = what;
      one.tenant = kTenant;
      one.name = fmt::format("{} Number {:06}", name_of(what), n);
      one.evidence = fmt::format("{}:line {}", root, ++line_);
      one.names = {object(kind, n)};
      one.attributes = {{"created", "2021-03-04T05:06:07Z"}, {"enabled", "true"}};
      if (what == identity::PrincipalKind::user) {
        one.names.push_back(user_name(n));
        one.attributes.insert({{"upn", user_name(n)},
                               {"mail", user_name(n)},
                               {"department", fmt::format("department {}", n % 300)},
                               {"last-password-change", "2022-01-01T00:00:00Z"}});
      }
      facts.principals.push_back(std::move(one));
      give(facts, false);
    };
    for (std::uint64_t i = 0; i < size_.users; ++i) person('u', i, identity::PrincipalKind::user);
    for (std::uint64_t i = 0; i < size_.groups; ++i) person('g', i, identity::PrincipalKind::group);
    for (std::uint64_t i = 0; i < size_.services; ++i)
      person('s', i, identity::PrincipalKind::service_principal);
    const auto right = [&](std::string_view kind, std::string from, std::string to) {
      facts.grants.push_back(grant(kind, std::move(from), std::move(to), root));
      give(facts, false);
    };
    const auto user = [&] { return principal('u', below(size_.users)); };
    const auto group = [&] { return principal('g', below(size_.groups)); };
    for (std::uint64_t i = 0; i < size_.memberships; ++i) right("AZMemberOf", user(), group());
    for (std::uint64_t i = 0; i < size_.grants; ++i)
      right("FullAccess", group(), identity::mailbox_id(kTenant, user_name(below(size_.users))));
    for (std::uint64_t i = 0; i < size_.control; ++i) right("AZResetPassword", user(), user());
    give(facts, true);
    DISLODGE_TRY(engine::store_joined(case_, unit, "bench", result, {}));
    return transaction.commit();
  }

  // The messages of a mailbox, or the blobs of a repository, and what was seen in them.
  Result<void> content(std::uint64_t file) {
    const bool mail = file < size_.mailboxes;
    const std::string owner = user_name(file);
    const std::string root = mail ? fmt::format("export/{}.mbox", owner)
                                  : fmt::format("clones/repository{:05}.bundle", file - size_.mailboxes);
    engine::UnitRow unit;
    DISLODGE_TRY(evidence(static_cast<std::int64_t>(file) + 2, root, mail ? "mbox" : "git-bundle",
                          mail ? owner : fmt::format("acme/repository{:05}", file - size_.mailboxes), unit));
    engine::UnitResult result;
    std::vector<std::string> ids;
    const std::uint64_t files = size_.mailboxes + size_.repositories;
    const std::uint64_t items = std::max<std::uint64_t>(1, size_.messages / files);
    const std::uint64_t seen = size_.sightings / files + (file < size_.sightings % files ? 1 : 0);
    for (std::uint64_t i = 0; i < items; ++i) {
      evidence::Record record;
      record.kind = mail ? evidence::RecordKind::message : evidence::RecordKind::blob;
      const std::uint64_t number = below(1'000'000);
      record.item = mail ? fmt::format("{}!/{}", root, number) : fmt::format("{}!/{:040x}", root, random_());
      const base::Time at{kBegin + static_cast<std::int64_t>(below(kSpan))};
      if (mail) {
        record.message_id = fmt::format("{:x}.{:x}@acme.example", random_(), file);
        record.subject = fmt::format("Re: access to system {}", number % 5000);
        record.people = {{evidence::PersonRole::from, "", user_name(below(size_.users))},
                         {evidence::PersonRole::to, "", owner}};
        record.sent = at;
        record.received = at;
        record.folder = "Inbox";
      } else {
        record.people = {{evidence::PersonRole::author, "", user_name(below(size_.users))}};
        record.committed = at;
        record.path = "config/app.yml";
      }
      result.records.push_back(std::move(record));
    }
    for (std::uint64_t i = 0; i < seen; ++i) {
      const std::uint64_t within = i * items / seen;
      const evidence::Record &record = result.records[within];
      secret::Sighting one;
      one.kind = i % 3 == 0 ? "password" : i % 3 == 1 ? "connection-string" : "aws-secret-key";
      one.rule = i % 3 == 0   ? "password-in-prose"
                 : i % 3 == 1 ? "connection-string"
                              : "aws-secret-access-key";
      one.item = mail && i % 2 == 0 ? record.item + "!/2" : record.item;
      one.line = 1 + below(2000);
      one.column = 1 + below(80);
      one.offset = below(100'000);
      one.length = 16;
      one.mask = fmt::format("{}… (16-31)", static_cast<char>('a' + below(26)));
      one.confidence = 0.9;
      one.record = static_cast<evidence::RecordId>(within);
      one.value = static_cast<std::uint32_t>(ids.size());
      one.hints = {{secret::HintKind::user, user_name(below(size_.users))},
                   {secret::HintKind::host, fmt::format("db{}.acme.example", below(5000))}};
      ids.push_back(secret_id(below(size_.secrets)));
      result.sightings.push_back(std::move(one));
    }
    return engine::store_joined(case_, unit, "bench", result, ids);
  }

  casefile::Case &case_;
  CaseSize size_;
  std::uint64_t line_ = 0;
  std::mt19937_64 random_{20231130};
};

}  // namespace

Result<void> fill_case(casefile::Case &the_case, const CaseSize &size) {
  return Filler(the_case, size).fill();
}

}  // namespace dislodge::bench
