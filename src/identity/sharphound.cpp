#include "identity/sharphound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/encode.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"
#include "identity/json_cursor.hpp"

namespace dislodge::identity::sharphound {
namespace {

using base::lower;
using simdjson::dom::element;

constexpr std::size_t kLookBytes = 64u << 10;

struct ObjectType {
  std::string_view file;  // meta.type
  std::string_view type;  // as BloodHound names the node
  PrincipalKind kind;
};
constexpr ObjectType kTypes[] = {
    {"users", "User", PrincipalKind::user},
    {"groups", "Group", PrincipalKind::group},
    {"computers", "Computer", PrincipalKind::device},
    {"domains", "Domain", PrincipalKind::tenant},
    {"gpos", "GPO", PrincipalKind::other},
    {"ous", "OU", PrincipalKind::other},
    {"containers", "Container", PrincipalKind::other},
    {"rootcas", "RootCA", PrincipalKind::other},
    {"aiacas", "AIACA", PrincipalKind::other},
    {"enterprisecas", "EnterpriseCA", PrincipalKind::other},
    {"ntauthstores", "NTAuthStore", PrincipalKind::other},
    {"certtemplates", "CertTemplate", PrincipalKind::other},
    {"issuancepolicies", "IssuancePolicy", PrincipalKind::other},
};

const ObjectType *type_of_file(std::string_view name) {
  for (const ObjectType &type : kTypes) {
    if (base::equal_ignoring_case(type.file, name)) return &type;
  }
  return nullptr;
}

// What tells an object's type where meta does not.
constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
    {"Members", "groups"},
    {"SPNTargets", "users"},
    {"PrivilegedSessions", "computers"},
    {"Trusts", "domains"},
    {"Sessions", "computers"},
    {"EnabledCertTemplates", "enterprisecas"},
    {"GroupLink", "issuancepolicies"},
    {"AllowedToDelegate", "users"},
    {"Links", "ous"},
};

std::string_view type_in_meta(std::string_view part) {
  const std::size_t meta = part.rfind("\"meta\"");
  if (meta == std::string_view::npos) return {};
  const std::size_t key = part.find("\"type\"", meta);
  if (key == std::string_view::npos) return {};
  const std::size_t open = part.find('"', key + 6);
  if (open == std::string_view::npos) return {};
  const std::size_t close = part.find('"', open + 1);
  return close == std::string_view::npos ? std::string_view() : part.substr(open + 1, close - open - 1);
}

std::string ad_principal(std::string_view identifier) {
  return "principal:ad/" + lower(identifier);
}

// Local groups by the last part of their SID, which is the same in every language.
std::string_view right_of_local_group(std::string_view sid) {
  static constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
      {"-544", "AdminTo"}, {"-555", "CanRDP"}, {"-562", "ExecuteDCOM"}, {"-580", "CanPSRemote"}};
  for (const auto &[suffix, right] : kGroups) {
    if (sid.ends_with(suffix)) return right;
  }
  return {};
}

constexpr std::pair<std::string_view, std::string_view> kLocalRights[] = {
    {"LocalAdmins", "AdminTo"},
    {"RemoteDesktopUsers", "CanRDP"},
    {"DcomUsers", "ExecuteDCOM"},
    {"PSRemoteUsers", "CanPSRemote"},
};

class Reader {
 public:
  Reader(const evidence::ItemView &item, Facts &out, evidence::Sink &sink, const FactSpill &spill)
      : item_(item), out_(out), sink_(sink), spill_(spill), lines_(item.bytes) {}

  base::Result<void> read() {
    const std::string_view bytes = item_.bytes;
    file_type_ = type_of_file(type_in_meta(bytes.substr(bytes.size() - std::min(bytes.size(), kLookBytes))));
    if (file_type_ == nullptr) file_type_ = type_of_file(type_in_meta(bytes.substr(0, kLookBytes)));
    JsonCursor at(bytes);
    if (at.enter_object()) {
      while (at.next_member()) {
        const ObjectType *named = type_of_file(at.key());
        if ((at.key() == "data" || named != nullptr) && at.peek() == '[') {
          if (named != nullptr) file_type_ = named;
          at.enter_array();
          each_object(at);
        } else {
          at.take();
        }
      }
    }
    if (at.broken()) {
      sink_.unread({.bytes = bytes.size() - std::min(last_whole_, bytes.size()),
                    .state = evidence::LedgerState::damaged,
                    .reason = fmt::format("the JSON breaks off or is damaged after line {}",
                                          lines_.line_of(last_whole_)),
                    .remedy = "collect again; what stands before was read",
                    .child = {},
                    .child_size = 0});
    }
    if (damaged_ > 0) {
      sink_.unread(
          {.bytes = damaged_bytes_,
           .state = evidence::LedgerState::damaged,
           .reason = fmt::format("{} objects damaged, the first at line {}", damaged_, damaged_line_),
           .remedy = "collect again",
           .child = {},
           .child_size = 0});
    }
    return {};
  }

 private:
  void each_object(JsonCursor &at) {
    while (at.next_element()) {
      const std::size_t begin = (at.peek(), at.position());
      const std::string_view whole = at.take();
      if (at.broken()) return;
      if (!object(whole, begin)) {
        if (damaged_++ == 0) damaged_line_ = lines_.line_of(begin);
        damaged_bytes_ += whole.size();
      }
      last_whole_ = at.position();
      if (spill_) spill_();
    }
  }

  // The head (everything that is no list) first, then each list element by element.
  bool object(std::string_view whole, std::size_t offset) {
    evidence_ = fmt::format("{}:line {}", item_.path, lines_.line_of(offset));
    std::string head_text = "{";
    std::vector<std::pair<std::string_view, std::string_view>> lists;
    JsonCursor at(whole);
    if (!at.enter_object()) return false;
    while (at.next_member()) {
      const std::string_view key = at.key();
      const bool list = at.peek() == '[';
      const std::string_view value = at.take();
      if (list) {
        lists.emplace_back(key, value);
      } else {
        if (head_text.size() > 1) head_text += ',';
        head_text += '"';
        head_text += key;
        head_text += "\":";
        head_text += value;
      }
    }
    head_text += '}';
    element head;
    if (at.broken() || head_text.size() > kRecordBytesMax || !parse_value(head_parser_, head_text, head))
      return false;
    delegation_ = false;
    domain_sid_.clear();
    type_ = file_type_;
    for (const auto &[sign, file] : kSigns) {
      if (type_ != nullptr) break;
      for (const auto &[key, value] : lists) {
        if (key == sign) type_ = type_of_file(file);
      }
      element found;
      if (type_ == nullptr && child_of(head, sign, found)) type_ = type_of_file(file);
    }
    const std::string_view identifier = text_of(head, "ObjectIdentifier");
    if (identifier.empty()) return false;
    if (flag_of(head, "IsDeleted")) return true;
    id_ = ad_principal(identifier);
    principal(head, identifier);
    relations(head);
    bool whole_lists = true;
    for (const auto &[key, value] : lists) {
      JsonCursor entries(value);
      if (!entries.enter_array()) continue;
      element one;
      while (entries.next_element()) {
        const std::string_view text = entries.take();
        if (entries.broken()) break;
        if (text.size() <= kRecordBytesMax && parse_value(entry_parser_, text, one))
          entry(key, one);
        else
          whole_lists = false;
        if (spill_) spill_();
      }
      whole_lists &= !entries.broken();
    }
    return whole_lists;
  }

  bool is(std::string_view type) const { return type_ != nullptr && type_->type == type; }

  void grant(std::string_view kind, std::string from, std::string to) {
    if (from.empty() || to.empty() || from == to || kind.empty()) return;
    Grant one;
    one.kind = kind;
    one.from = std::move(from);
    one.to = std::move(to);
    one.id = grant_id(one.kind, one.from, one.to);
    one.evidence = evidence_;
    out_.grants.push_back(std::move(one));
  }

  void principal(const element &head, std::string_view identifier) {
    Principal one;
    one.id = id_;
    one.kind = type_ == nullptr ? PrincipalKind::other : type_->kind;
    one.evidence = evidence_;
    one.names.push_back(lower(identifier));
    if (type_ != nullptr) one.attributes["type"] = type_->type;
    element properties;
    if (child_of(head, "Properties", properties)) {
      const std::string_view display = text_of(properties, "displayname"), name = text_of(properties, "name");
      one.name = display.empty() ? name : display;
      for (const char *key : {"name", "email", "userprincipalname", "distinguishedname"}) {
        if (const std::string_view value = text_of(properties, key); !value.empty())
          one.names.push_back(lower(value));
      }
      const std::string domain = lower(text_of(properties, "domain"));
      one.tenant = domain;
      const std::string account = lower(text_of(properties, "samaccountname"));
      if (!account.empty()) {
        one.attributes["samaccountname"] = account;
        // DOMAIN\user as people and logs write it, by the first label of the domain.
        if (!domain.empty()) one.names.push_back(domain.substr(0, domain.find('.')) + "\\" + account);
      }
      if (is("Computer")) {
        for (const std::string_view name_of_service : texts_of(properties, "serviceprincipalnames")) {
          const auto slash = name_of_service.find('/');
          if (slash != std::string_view::npos && lower(name_of_service.substr(0, slash)) == "host")
            one.names.push_back(lower(name_of_service.substr(slash + 1)));
        }
      }
      times(properties, one);
      for (const char *key : {"title", "department", "company", "description", "email", "operatingsystem"}) {
        if (const std::string_view value = text_of(properties, key); !value.empty())
          one.attributes.emplace(key, value);
      }
      if (const auto mail = one.attributes.find("email"); mail != one.attributes.end())
        one.attributes["mail"] = lower(mail->second);
      // What makes an account or a template weak is kept as the collector names it.
      for (const char *key : {"admincount", "dontreqpreauth", "passwordnotreqd", "pwdneverexpires", "hasspn",
                              "sensitive", "unconstraineddelegation", "trustedtoauth", "smartcardrequired",
                              "haslaps", "enrolleesuppliessubject", "authenticationenabled",
                              "requiresmanagerapproval", "nosecurityextension", "schemaversion",
                              "authorizedsignatures", "certthumbprint", "oid", "certtemplateoid"}) {
        const std::string value = plain_of(properties, key);
        if (!value.empty() && value != "false") one.attributes.emplace(key, value);
      }
      if (const std::string enabled = plain_of(properties, "enabled"); !enabled.empty())
        one.attributes.emplace("enabled", enabled);
      for (const char *key : {"certthumbprints", "effectiveekus", "certificatepolicy"}) {
        std::string all;
        for (const std::string_view value : texts_of(properties, key))
          all += (all.empty() ? "" : " ") + lower(value);
        if (!all.empty()) one.attributes.emplace(key, all);
      }
      if (is("Domain")) {  // false for domains that are only trusted
        if (const std::string collected = plain_of(properties, "collected"); !collected.empty())
          one.attributes.emplace("collected", collected);
      }
      delegation_ = flag_of(properties, "unconstraineddelegation");
      domain_sid_ = text_of(properties, "domainsid");
    }
    out_.principals.push_back(std::move(one));
  }

  // Unix seconds, or FILETIME in old collectors; 0 and -1 mean never.
  static void times(const element &properties, Principal &one) {
    const auto time = [&](const char *key) -> base::Time {
      element value;
      double number = 0;
      if (!child_of(properties, key, value)) return base::kTimeMin;
      if (value.get(number) != simdjson::SUCCESS)
        return time_of_text(text_of(properties, key), base::kTimeMin);
      if (!(number > 0) || number > 9e18) return base::kTimeMin;
      if (number > 1e16) number = number / 1e7 - 11'644'473'600.0;  // FILETIME counts from 1601
      return number > 0 && number < 1e11 ? base::Time{static_cast<std::int64_t>(number) * base::kSecond}
                                         : base::kTimeMin;
    };
    const auto note = [&](const char *attribute, base::Time at) {
      if (at != base::kTimeMin) one.attributes.emplace(attribute, base::format_time(at));
    };
    note("created", time("whencreated"));
    note("last-password-change", time("pwdlastset"));
    note("last-sign-in", std::max(time("lastlogon"), time("lastlogontimestamp")));
  }

  // What one value of the head says.
  void relations(const element &head) {
    if (const std::string_view group = text_of(head, "PrimaryGroupSID"); !group.empty())
      grant("MemberOf", id_, ad_principal(group));
    element container;
    if (child_of(head, "ContainedBy", container))
      grant("Contains", ad_principal(text_of(container, "ObjectIdentifier")), id_);
    else if (!domain_sid_.empty() && !is("Domain") && !is("GPO"))
      grant("Contains", ad_principal(domain_sid_), id_);
    for (const char *key : {"Sessions", "PrivilegedSessions", "RegistrySessions"}) {
      results(head, key, [&](const element &one) {
        std::string_view user = text_of(one, "UserSID");
        if (user.empty()) user = text_of(one, "UserId");
        if (!user.empty()) grant("HasSession", id_, ad_principal(user));
      });
    }
    for (const auto &[key, right] : kLocalRights) {
      results(head, key, [&, kind = right](const element &one) { member(kind, one, id_); });
    }
    if (std::string_view domain = domain_sid_; is("Computer")) {
      if (const std::string_view own = text_of(head, "DomainSID"); !own.empty()) domain = own;
      if (flag_of(head, "IsDC"))
        grant("DCFor", id_, ad_principal(domain));
      else if (delegation_)
        grant("CoerceToTGT", id_, ad_principal(domain));
    }
    if (const std::string_view host = text_of(head, "HostingComputer"); !host.empty())
      grant("HostsCAService", ad_principal(host), id_);
    element group;
    if (child_of(head, "GroupLink", group)) grant("OIDGroupLink", id_, identifier_of(group));
    element registry, security, setting;
    if (child_of(head, "CARegistryData", registry)) {
      if (child_of(registry, "CASecurity", security)) {
        list(security, "Data", [&](const element &one) { access_entry(one); });
      }
      if (child_of(registry, "IsUserSpecifiesSanEnabled", setting) && flag_of(setting, "Value"))
        out_.principals.back().attributes["isuserspecifiessanenabled"] = "true";
    }
    element changes;
    if (child_of(head, "GPOChanges", changes)) policy_changes(changes);
  }

  // Members that policies put into the local groups of computers.
  void policy_changes(const element &changes) {
    std::vector<std::string> computers;
    list(changes, "AffectedComputers", [&](const element &one) { computers.push_back(identifier_of(one)); });
    for (const auto &[key, right] : kLocalRights) {
      list(changes, key, [&, kind = right](const element &one) {
        for (const std::string &computer : computers) grant(kind, identifier_of(one), computer);
      });
    }
  }

  // One element of a list of the object.
  void entry(std::string_view key, const element &one) {
    if (key == "Aces") {
      access_entry(one);
    } else if (key == "Members") {
      member("MemberOf", one, id_);
    } else if (key == "HasSIDHistory") {
      grant("HasSIDHistory", id_, identifier_of(one));
    } else if (key == "AllowedToDelegate") {
      grant("AllowedToDelegate", id_, identifier_of(one));
    } else if (key == "AllowedToAct") {
      member("AllowedToAct", one, id_);
    } else if (key == "DumpSMSAPassword") {
      grant("DumpSMSAPassword", id_, identifier_of(one));
    } else if (key == "SPNTargets") {
      if (const std::string_view computer = text_of(one, "ComputerSID"); !computer.empty())
        grant(text_of(one, "Service").empty() ? "SQLAdmin" : text_of(one, "Service"), id_,
              ad_principal(computer));
    } else if (key == "LocalGroups") {
      const std::string_view right = right_of_local_group(text_of(one, "ObjectIdentifier"));
      list(one, "Results", [&](const element &who) {
        if (!right.empty()) member(right, who, id_);
        member("MemberOfLocalGroup", who, ad_principal(text_of(one, "ObjectIdentifier")));
      });
    } else if (key == "UserRights") {
      const std::string_view privilege = text_of(one, "Privilege");
      if (privilege == "SeRemoteInteractiveLogonRight")
        list(one, "Results", [&](const element &who) { member("RemoteInteractiveLogonRight", who, id_); });
    } else if (key == "Links") {
      std::string_view policy = text_of(one, "GUID");
      if (policy.empty()) policy = text_of(one, "Guid");
      if (!policy.empty()) grant("GPLink", ad_principal(policy), id_);
    } else if (key == "ChildObjects") {
      grant("Contains", id_, identifier_of(one));
    } else if (key == "Trusts") {
      trust(one);
    } else if (key == "EnabledCertTemplates") {
      grant("PublishedTo", identifier_of(one), id_);
    } else {
      for (const auto &[list_key, right] : kLocalRights) {
        if (key == list_key) member(right, one, id_);
      }
    }
  }

  void access_entry(const element &one) {
    std::string_view right = text_of(one, "RightName");
    const std::string_view who = text_of(one, "PrincipalSID");
    if (right.empty() || who.empty()) return;
    if (right == "WriteDACL") right = "WriteDacl";
    if (right == "AddKeyPrincipal") right = "AddKeyCredentialLink";
    grant(right, ad_principal(who), id_);
  }

  void member(std::string_view right, const element &one, const std::string &target) {
    grant(right, identifier_of(one), target);
  }

  // "TrustDirection": the other domain trusts us (inbound), we trust it (outbound), or both. Who is trusted
  // may come over; within a forest, and where SIDs are not filtered, that gives control.
  void trust(const element &one) {
    const std::string_view other_sid = text_of(one, "TargetDomainSid");
    if (other_sid.empty()) return;
    const std::string other = ad_principal(other_sid);
    if (const std::string_view name = text_of(one, "TargetDomainName"); !name.empty()) {
      Principal domain;
      domain.id = other;
      domain.kind = PrincipalKind::tenant;
      domain.name = name;
      domain.names = {lower(other_sid), lower(name)};
      domain.attributes["type"] = "Domain";
      domain.evidence = evidence_;
      out_.principals.push_back(std::move(domain));
    }
    const std::string direction = lower(plain_of(one, "TrustDirection"));
    const std::string type = lower(plain_of(one, "TrustType"));
    const bool inbound =
        direction == "inbound" || direction == "bidirectional" || direction == "1" || direction == "3";
    const bool outbound =
        direction == "outbound" || direction == "bidirectional" || direction == "2" || direction == "3";
    // 0 ParentChild, 1 CrossLink, 2 Forest, 3 External, 4 Unknown, as the collector numbers them.
    const bool same_forest = type == "parentchild" || type == "treeroot" || type == "crosslink" ||
                             type == "shortcut" || type == "0" || type == "1";
    const bool filtered = flag_of(one, "SidFilteringEnabled", true);
    const auto trusted_to_trusting = [&](const std::string &trusted, const std::string &trusting) {
      grant(same_forest ? "SameForestTrust" : "CrossForestTrust", trusted, trusting);
      if (!same_forest && !filtered) grant("SpoofSIDHistory", trusted, trusting);
      if (!same_forest && flag_of(one, "TGTDelegationEnabled"))
        grant("AbuseTGTDelegation", trusting, trusted);
    };
    if (inbound) trusted_to_trusting(id_, other);
    if (outbound) trusted_to_trusting(other, id_);
  }

  // An element is the identifier itself in old versions, and an object with it since.
  static std::string identifier_of(const element &one) {
    std::string_view plain;
    if (one.get(plain) == simdjson::SUCCESS) return plain.empty() ? std::string() : ad_principal(plain);
    for (const char *key : {"ObjectIdentifier", "MemberId", "ObjectId"}) {
      if (const std::string_view found = text_of(one, key); !found.empty()) return ad_principal(found);
    }
    return {};
  }

  template <typename Each>
  static void list(const element &object, std::string_view key, Each &&each) {
    element found;
    simdjson::dom::array items;
    if (!child_of(object, key, found) || found.get(items) != simdjson::SUCCESS) return;
    for (const element one : items) each(one);
  }
  // {"Results":[...],"Collected":true}
  template <typename Each>
  static void results(const element &head, std::string_view key, Each &&each) {
    element found;
    if (child_of(head, key, found)) list(found, "Results", std::forward<Each>(each));
  }

  const evidence::ItemView &item_;
  Facts &out_;
  evidence::Sink &sink_;
  const FactSpill &spill_;
  LineCounter lines_;
  simdjson::dom::parser head_parser_, entry_parser_;
  const ObjectType *file_type_ = nullptr;
  const ObjectType *type_ = nullptr;
  std::string id_, evidence_;
  std::string domain_sid_;
  bool delegation_ = false;
  std::size_t last_whole_ = 0;
  std::uint64_t damaged_ = 0, damaged_bytes_ = 0;
  std::size_t damaged_line_ = 0;
};

}  // namespace

bool recognises_directory(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kLookBytes);
  JsonCursor at(head);
  if (!at.enter_object() || !at.next_member()) return false;
  if (at.key() != "data" && at.key() != "meta" && type_of_file(at.key()) == nullptr) return false;
  const std::string_view tail = bytes.substr(bytes.size() - std::min(bytes.size(), kLookBytes));
  const bool typed =
      type_of_file(type_in_meta(tail)) != nullptr || type_of_file(type_in_meta(head)) != nullptr;
  const bool objects = head.find("\"ObjectIdentifier\"") != std::string_view::npos;
  const bool entries = head.find("\"Aces\"") != std::string_view::npos ||
                       head.find("\"Properties\"") != std::string_view::npos;
  // Without objects it is an empty export, which says its collection's methods.
  return objects ? typed || entries : typed && tail.find("\"methods\"") != std::string_view::npos;
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill) {
  return Reader(item, out, sink, spill).read();
}

}  // namespace dislodge::identity::sharphound
