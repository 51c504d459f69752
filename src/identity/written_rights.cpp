#include "identity/written_rights.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "identity/ids.hpp"
#include "identity/name_index.hpp"

namespace dislodge::identity {
namespace {

using base::lower;

constexpr std::string_view kLocal = "principal:local/";
constexpr std::size_t kLinesTold = 5;  // of one kind
constexpr std::size_t kPlacesKept = 1000;
constexpr std::size_t kKindsTold = 20;  // with a sentence each; the rest are counted

// Whether one letter added, left out, changed or swapped with the next makes one of the other.
bool one_slip(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (a.size() < b.size()) return a.substr(i) == b.substr(i + 1);
  if (i == a.size()) return false;
  if (a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

// What counts of a kind as people write it.
std::string spelling(std::string_view kind) {
  std::string out;
  for (const char c : lower(kind))
    if (c != ' ' && c != '-' && c != '_' && c != '\t') out += c;
  return out;
}

// Plain words for the kinds of rules/rights/written.toml and one of Active Directory.
struct Words {
  std::string_view kind, words;
};
constexpr Words kWords[] = {
    {"controls",
     "control, full control, admin, admin of, is admin of, administrator, administrator of, administers, "
     "owner of, "
     "manages, impersonates, can impersonate, act as, acts as, can act as, takeover, sign in as"},
    {"reads",
     "read, can read, reader, view, views, viewer, can view, access, accesses, can access, has access, has "
     "access "
     "to, write, writes, can write, editor, edit, edits, can edit, modify, read write, rw, delegate, "
     "delegate of, "
     "can open, opens, mailbox access, read mailbox, reads mailbox"},
    {"member", "is member of, is a member of, belongs to, in group, group member"},
    {"sets-password",
     "set password, reset password, resets password, resets password of, can reset password, password reset, "
     "change password, changes password"},
};

// How kinds may be written. A spelling that is two kinds' means neither, unless both allow the same; plain
// words yield to kinds.
class Spellings {
 public:
  explicit Spellings(const Rights &rights) {
    std::unordered_set<std::string> unclear;
    for (const Right &right : rights.all()) {
      const auto [at, fresh] = rights_.try_emplace(spelling(right.kind), &right);
      if (!fresh && !same(*at->second, right)) unclear.insert(at->first);
    }
    for (const std::string &one : unclear) rights_.erase(one);
    for (const Words &one : kWords) {
      const Right *right = rights.find(one.kind);
      for (std::string_view rest = one.words; right != nullptr && !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        rights_.try_emplace(spelling(rest.substr(0, end)), right);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }

  const Right *find(std::string_view kind) const {
    const auto found = rights_.find(spelling(kind));
    return found == rights_.end() ? nullptr : found->second;
  }

  // The one right that is a slip of the pen away; null where none or several are.
  const Right *nearest(std::string_view kind) const {
    constexpr std::size_t kLetters = 5;  // of fewer, another letter makes another word
    const std::string wanted = spelling(kind);
    if (wanted.size() < kLetters) return nullptr;
    const Right *only = nullptr;
    for (const auto &[spelled, right] : rights_) {
      if (!one_slip(wanted, spelled)) continue;
      if (only != nullptr && !same(*only, *right)) return nullptr;
      if (only == nullptr) only = right;
    }
    return only;
  }

  // Kinds that begin alike, or that hold the word: a hint, no answer.
  std::vector<std::string_view> like(std::string_view kind) const {
    constexpr std::size_t kShown = 3, kShared = 4;
    const std::string wanted = spelling(kind);
    std::vector<std::pair<std::size_t, std::string_view>> fits;
    for (const auto &[spelled, right] : rights_) {
      const auto same_until =
          std::mismatch(wanted.begin(), wanted.end(), spelled.begin(), spelled.end()).first;
      const auto shared = static_cast<std::size_t>(same_until - wanted.begin());
      const bool holds = wanted.size() >= kShared && spelled.find(wanted) != std::string::npos;
      if (shared >= kShared || holds) fits.emplace_back(holds ? wanted.size() : shared, right->kind);
    }
    std::stable_sort(fits.begin(), fits.end(),
                     [](const auto &a, const auto &b) { return a.first > b.first; });
    std::vector<std::string_view> list;
    for (const auto &[shared, name] : fits)
      if (list.size() < kShown && std::find(list.begin(), list.end(), name) == list.end())
        list.push_back(name);
    return list;
  }

 private:
  static bool same(const Right &a, const Right &b) {
    return a.effect == b.effect && a.slots == b.slots && a.reversed == b.reversed;
  }
  std::map<std::string, const Right *> rights_;
};

class Written {
 public:
  Written(Facts &facts, const Rights &rights) : facts_(facts), rights_(rights) {}

  std::vector<std::string> read() {
    kinds();
    if (std::any_of(facts_.grants.begin(), facts_.grants.end(),
                    [](const Grant &g) { return g.from.starts_with(kLocal) || g.to.starts_with(kLocal); }))
      ends();
    return notes();
  }

 private:
  struct Told {
    const Right *taken = nullptr;  // for what it was taken; null: unknown
    std::vector<std::string> places;
    std::size_t count = 0;
  };

  void kinds() {
    std::unordered_set<std::string> known;
    for (Grant &grant : facts_.grants) {
      if (known.contains(grant.kind)) continue;
      if (rights_.find(grant.kind) != nullptr) {
        known.insert(grant.kind);
        continue;
      }
      if (!spellings_) spellings_.emplace(rights_);
      const Right *meant = spellings_->find(grant.kind);
      if (meant == nullptr) {
        const auto [at, fresh] = told_.try_emplace(grant.kind);
        if (fresh) at->second.taken = spellings_->nearest(grant.kind);
        meant = at->second.taken;
        if (at->second.count++ < kPlacesKept) at->second.places.push_back(grant.evidence);
      }
      if (meant == nullptr) continue;
      grant.kind = meant->kind;
      grant.id = grant_id(grant.kind, grant.from, grant.to);
    }
  }

  // Whom a name means: the one principal of a directory that has it, before others one of Entra; "" where
  // there is none or it cannot be said which.
  std::string principal_of(const std::string &local) {
    const auto [at, fresh] = resolved_.try_emplace(local);
    if (!fresh) return at->second;
    const std::string_view name = std::string_view(local).substr(kLocal.size());
    const Principal *only = nullptr, *in_directory = nullptr;
    std::size_t all = 0, entra = 0;
    const auto fits = [&](std::uint32_t i) {
      const Principal &p = facts_.principals[i];
      if (p.id.starts_with(kLocal) || p.id.starts_with("principal:people/") ||
          p.id.starts_with("principal:mail/"))
        return;
      if (only == nullptr || only->id != p.id) ++all;
      only = &p;
      if (!in_entra(p) || is_guest(p)) return;
      // The application object stands for the service principals of it.
      const bool second = in_directory != nullptr && in_directory->kind == PrincipalKind::application &&
                          p.kind == PrincipalKind::service_principal;
      if (second) return;
      if (in_directory != nullptr && in_directory->kind == PrincipalKind::service_principal &&
          p.kind == PrincipalKind::application) {
        in_directory = &p;
        return;
      }
      if (in_directory == nullptr || in_directory->id != p.id) ++entra;
      in_directory = &p;
    };
    for (const std::uint32_t i : names().find(name)) fits(i);
    if (all == 0)  // what it is called, where that is one thing's name
      if (const auto called = displays().find(std::string(name)); called != displays().end())
        for (const std::uint32_t i : called->second) fits(i);
    if (all == 1) at->second = only->id;
    if (all > 1 && entra == 1) at->second = in_directory->id;
    return at->second;
  }

  // The thing that is read under a name.
  std::string resource_of(const std::string &local, const Right &right, const std::string &evidence) {
    const std::string name = local.substr(kLocal.size());
    std::string id = resource_of_custodian(name, names());
    bool mailbox = looks_like_address(name);
    if (id.empty() && !right.to_kinds.empty() && right.to_kinds.front() == "mailbox")
      if (const std::string whose = principal_of(local); !whose.empty())
        if (const Principal *p = find(whose); p != nullptr)
          for (const char *key : {"upn", "mail"})
            if (id.empty() && !attribute(*p, key).empty()) {
              id = names().mailbox(attribute(*p, key));
              mailbox = !id.empty();
            }
    if (id.empty())
      for (const Resource &one : facts_.resources)
        if (lower(one.name) == name || one.id.substr(one.id.find('/') + 1) == name) {
          id = one.id;
          break;
        }
    if (id.empty()) id = "resource:local/" + name;
    if (made_.insert(id).second) {
      Resource one;
      one.id = id;
      one.kind = mailbox                              ? "mailbox"
                 : id.starts_with("resource:github/") ? "repository"
                 : id.starts_with("resource:local/")  ? "other"
                                                      : "host";
      one.name = name;
      one.evidence = evidence;
      resources_.push_back(std::move(one));
    }
    return id;
  }

  const Principal *find(std::string_view id) const {
    for (const Principal &p : facts_.principals)
      if (p.id == id) return &p;
    return nullptr;
  }

  void ends() {
    for (Grant &grant : facts_.grants) {
      const bool from = grant.from.starts_with(kLocal), to = grant.to.starts_with(kLocal);
      if (!from && !to) continue;
      const Right *right = rights_.find(grant.kind);
      if (from)
        if (std::string known = principal_of(grant.from); !known.empty()) grant.from = std::move(known);
      if (to) {
        const bool reads = right != nullptr && right->effect == Effect::read && !right->reversed;
        if (reads)
          grant.to = resource_of(grant.to, *right, grant.evidence);
        else if (std::string known = principal_of(grant.to); !known.empty())
          grant.to = std::move(known);
      }
      grant.id = grant_id(grant.kind, grant.from, grant.to);
    }
    // A name that meant something else stands for nobody any more.
    std::unordered_set<std::string_view> used;
    for (const Grant &grant : facts_.grants) {
      used.insert(grant.from);
      used.insert(grant.to);
    }
    names_.reset();
    std::erase_if(facts_.principals,
                  [&](const Principal &p) { return p.id.starts_with(kLocal) && !used.contains(p.id); });
    std::move(resources_.begin(), resources_.end(), std::back_inserter(facts_.resources));
    facts_.settle();
  }

  const NameIndex &names() {
    if (!names_) names_.emplace(facts_);
    return *names_;
  }
  const std::unordered_map<std::string, std::vector<std::uint32_t>> &displays() {
    if (!displays_) {
      displays_.emplace();
      for (std::uint32_t i = 0; i < facts_.principals.size(); ++i)
        if (const Principal &p = facts_.principals[i]; !p.name.empty() && !p.id.starts_with(kLocal))
          (*displays_)[lower(p.name)].push_back(i);
    }
    return *displays_;
  }

  std::vector<std::string> notes() const {
    std::vector<std::string> list;
    std::size_t more = 0;
    for (const auto &[kind, told] : told_) {
      if (list.size() >= kKindsTold) {
        ++more;
        continue;
      }
      std::vector<std::string> places = told.places;  // line 9 before line 10
      std::sort(places.begin(), places.end(), [](const std::string &a, const std::string &b) {
        return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
      });
      places.resize(std::min(places.size(), kLinesTold));
      std::string where;
      for (const std::string &place : places) where += (where.empty() ? "" : ", ") + place;
      if (told.count > places.size()) where += fmt::format(" and {} more", told.count - places.size());
      if (told.taken != nullptr) {
        list.push_back(fmt::format("{}: the right \"{}\" is read as {}", where, kind, told.taken->kind));
        continue;
      }
      std::string near;
      for (const std::string_view one : spellings_->like(kind))
        near += (near.empty() ? "like it: " : ", ") + std::string(one);
      list.push_back(
          fmt::format("{}: \"{}\" is no kind of right that is known: what {} is not known ({}plain "
                      "words are controls, reads, member, sets-password; all kinds: rules/rights)",
                      where, kind, told.count == 1 ? "it opens" : fmt::format("these {} open", told.count),
                      near.empty() ? near : near + "; "));
    }
    if (more > 0)
      list.push_back(base::counted(more, "more kind") +
                     " of rights that are not known (dislodge plan names each)");
    return list;
  }

  Facts &facts_;
  const Rights &rights_;
  std::optional<Spellings> spellings_;  // made where something is not written as a rule has it
  std::map<std::string, Told> told_;
  std::unordered_map<std::string, std::string> resolved_;
  std::unordered_set<std::string> made_;
  std::vector<Resource> resources_;
  std::optional<NameIndex> names_;
  std::optional<std::unordered_map<std::string, std::vector<std::uint32_t>>> displays_;
};

}  // namespace

std::vector<std::string> read_written_rights(Facts &facts, const Rights &rights) {
  return Written(facts, rights).read();
}

}  // namespace dislodge::identity
